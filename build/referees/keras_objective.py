"""Says what losses, gradients and metrics real Keras computes from given truths and predictions.

Reads one JSON object from standard input:
    {"cases": [{"helpers": str, "loss": str, "metrics": [str], "isSparse": bool, "shape": [int], "truthShape": [int],
                "truth": [number], "predicted": [number], "weights": [number] or null, "batches": [int]}]}
`helpers`, `loss` and `metrics` are what our printer writes into scripts. Where `isSparse`, the truth is one-hot and shown
to Keras as class numbers, unless it is a single column, which holds them already. `batches` are sizes of the parts in which the metrics see the samples. Writes
    {"results": [{"loss": number, "gradient": [number], "metrics": {name: number}} or {"error": str}]}
"""

import json
import os
import sys
import traceback

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras.src.losses.losses import LossFunctionWrapper  # noqa: E402
from keras.src.trainers.compile_utils import CompileMetrics  # noqa: E402


def find_loss(scope, text):
    found = eval(text, scope)
    found = keras.losses.get(found) if isinstance(found, str) else found
    return found if isinstance(found, keras.losses.Loss) else LossFunctionWrapper(found)


def run_case(case):
    scope = {"keras": keras, "np": np}
    exec(case["helpers"], scope)
    shape = case["shape"]
    truth = np.array(case["truth"], dtype="float32").reshape(case["truthShape"])
    predicted = np.array(case["predicted"], dtype="float32").reshape(shape)
    labels = truth[..., 0] if truth.shape[-1] == 1 else truth.argmax(axis=-1)
    shown = labels.astype("int32") if case["isSparse"] else truth
    weights = None if case["weights"] is None else np.array(case["weights"], dtype="float32")
    loss = find_loss(scope, case["loss"])
    value, gradient = jax.value_and_grad(lambda given: loss(shown, given, sample_weight=weights))(
        jax.numpy.array(predicted)
    )
    metrics = CompileMetrics([eval(text, scope) for text in case["metrics"]], None)
    start = 0
    for size in case["batches"]:
        part = slice(start, start + size)
        start += size
        if not metrics.built:
            metrics.build(shown[part], predicted[part])
        metrics.update_state(shown[part], predicted[part])
    result = metrics.result() if case["metrics"] else {}
    return {
        "loss": float(value),
        "gradient": np.array(gradient).ravel().tolist(),
        "metrics": {name: float(number) for name, number in result.items()},
    }


def main():
    results = []
    for index, case in enumerate(json.load(sys.stdin)["cases"]):
        # Everything compiled is kept else: all cases together take gigabytes.
        if index % 20 == 19:
            jax.clear_caches()
        try:
            results.append(run_case(case))
        except Exception:
            results.append({"error": traceback.format_exc(limit=-3)})
    json.dump({"results": results}, sys.stdout)


if __name__ == "__main__":
    main()
