"""Runs printed Keras code and reports what real Keras makes of it.

Reads one JSON object from standard input:
    {"cases": [{"source": str, "weights": [tensor], "inputs": [tensor]}]}
where a tensor is {"shape": [int], "values": [number], "dtype": str} and `source` defines build_model().
Writes {"keras": version, "results": [{"shapes", "paramCount", "trainableCount", "values"} or {"error": str}]}, shapes and
values one per output.
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


def read_tensor(tensor):
    dtype = tensor.get("dtype", "float32")
    return np.array(tensor["values"], dtype=dtype).reshape(tensor["shape"])


def count(variables):
    return int(sum(np.prod(variable.shape) for variable in variables))


def check_saving(model, inputs, outputs):
    """A layer of our own must say all of itself in its configuration, or a saved model would be another one."""
    if not any(layer.__module__ == "printed_model" for layer in model.layers):
        return
    copy = keras.Model.from_config(model.get_config())
    copy.set_weights(model.get_weights())
    again = copy(inputs if len(inputs) > 1 else inputs[0], training=False)
    again = again if isinstance(again, (list, tuple)) else [again]
    for first, second in zip(outputs, again, strict=True):
        np.testing.assert_allclose(np.asarray(first), np.asarray(second), atol=1e-6)


def run_case(case):
    # The source is our own printer's output; __name__ keeps its training script from running.
    scope = {"__name__": "printed_model"}
    exec(compile(case["source"], "printed_model.py", "exec"), scope)
    model = scope["build_model"]()
    model.set_weights([read_tensor(weight) for weight in case["weights"]])
    for layer in model.layers:
        # Normalization computes with a copy of its weights.
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()
    inputs = [read_tensor(tensor) for tensor in case["inputs"]]
    outputs = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    check_saving(model, inputs, outputs)
    return {
        "shapes": [list(output.shape) for output in model.outputs],
        "paramCount": model.count_params(),
        "trainableCount": count(model.trainable_variables),
        "values": [np.asarray(output, dtype="float32").ravel().tolist() for output in outputs],
    }


def main():
    results = []
    for index, case in enumerate(json.load(sys.stdin)["cases"]):
        # Everything compiled is kept else: all cases together take gigabytes.
        if index % 50 == 49:
            jax.clear_caches()
        try:
            results.append(run_case(case))
        except Exception:
            results.append({"error": traceback.format_exc(limit=-2)})
        keras.backend.clear_session()
    # Python's JSON writes NaN and Infinity, which JavaScript does not read.
    json.dump({"keras": keras.__version__, "results": results}, sys.stdout, allow_nan=False)


if __name__ == "__main__":
    main()
