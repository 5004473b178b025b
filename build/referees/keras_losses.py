"""Says what loss printed Keras models have, and what one step of plain gradient descent takes from their weights.

Reads one JSON object from standard input:
    {"cases": [{"source": str, "lossWeight": number, "weights": [tensor], "inputs": [tensor], "targets": [tensor]}]}
where a tensor is {"shape": [int], "values": [number], "dtype": str} and `source` defines build_model(). The loss is the
mean squared error of every output, times `lossWeight`, and whatever the layers add. Writes
    {"results": [{"added", "evaluated", "trained": number, "gradients": [[number]]} or {"error": str}]}
with gradients in the order of the weights, zeros where a weight is not trained. "added" is what the layers add, added up
when the model is simply called: Keras's JAX trainer forgets all but the last use of a shared layer, its call does not.
"""

import json
import os
import sys
import traceback

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import keras  # noqa: E402
import numpy as np  # noqa: E402


def read_tensor(tensor):
    dtype = tensor.get("dtype", "float32")
    return np.array(tensor["values"], dtype=dtype).reshape(tensor["shape"])


def first_number(result):
    return float(result[0] if isinstance(result, (list, tuple)) else result)


def run_case(case):
    # The source is our own printer's output; __name__ keeps its training script from running.
    scope = {"__name__": "printed_model"}
    exec(compile(case["source"], "printed_model.py", "exec"), scope)
    model = scope["build_model"]()
    model.set_weights([read_tensor(weight) for weight in case["weights"]])
    inputs = [read_tensor(tensor) for tensor in case["inputs"]]
    targets = [read_tensor(tensor) for tensor in case["targets"]]
    count = len(targets)
    inputs = inputs if len(inputs) > 1 else inputs[0]
    targets = targets if count > 1 else targets[0]
    model.compile(
        optimizer=keras.optimizers.SGD(1.0),
        loss=["mean_squared_error"] * count,
        loss_weights=[case["lossWeight"]] * count,
    )
    model(inputs)
    added = float(sum(model.losses))
    size = targets[0].shape[0] if count > 1 else targets.shape[0]
    evaluated = first_number(model.evaluate(inputs, targets, batch_size=size, verbose=0))
    before = model.get_weights()
    trained = first_number(model.train_on_batch(inputs, targets))
    after = model.get_weights()
    return {
        "added": added,
        "evaluated": evaluated,
        "trained": trained,
        "gradients": [(b - a).ravel().tolist() for b, a in zip(before, after, strict=True)],
    }


def main():
    results = []
    for case in json.load(sys.stdin)["cases"]:
        try:
            results.append(run_case(case))
        except Exception:
            results.append({"error": traceback.format_exc(limit=-2)})
        keras.backend.clear_session()
    json.dump({"results": results}, sys.stdout, allow_nan=False)


if __name__ == "__main__":
    main()
