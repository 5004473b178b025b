"""Tells what Keras Applications are made of, and runs printed templates.

Reads one JSON object from standard input:
    {"applications": [str], "scripts": [{"source": str, "isTrained": bool}]}
Applications are names in keras.applications; scripts define build_model() and, where they are trained, train_model().
Writes {"applications": [[layer]], "scripts": [{"paramCount", "trainableCount", "loss"} or {"error": str}]}, where a layer is
{"name", "className", "shape", "weights", "inputs"}, shapes without the batch axis, inputs as names.
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


def describe_layer(layer):
    [node] = layer._inbound_nodes
    return {
        "name": layer.name,
        "className": type(layer).__name__,
        "shape": list(layer.output.shape[1:]),
        "weights": [list(weight.shape) for weight in layer.weights],
        "inputs": [tensor._keras_history.operation.name for tensor in node.input_tensors],
    }


def draw_nothing(self, shape, dtype=None):
    """Nobody looks at these weights, and drawing half a billion of them takes a minute."""
    return keras.ops.zeros(shape, dtype=dtype)


def describe_application(name):
    initializer = keras.initializers.GlorotUniform
    drawn = initializer.__call__
    initializer.__call__ = draw_nothing
    model = getattr(keras.applications, name)(weights=None)
    initializer.__call__ = drawn
    layers = [describe_layer(layer) for layer in model.layers]
    keras.backend.clear_session()
    return layers


def run_script(script):
    # The source is our own printer's output; __name__ keeps its training script from running.
    scope = {"__name__": "printed_template"}
    try:
        exec(compile(script["source"], "printed_template.py", "exec"), scope)
        model = scope["train_model"]() if script["isTrained"] else scope["build_model"]()
    except Exception:
        return {"error": traceback.format_exc(limit=-3)}
    loss = model.history.history["loss"][-1] if script["isTrained"] else 0
    result = {
        "paramCount": model.count_params(),
        "trainableCount": int(sum(np.prod(weight.shape) for weight in model.trainable_weights)),
        "loss": float(loss),
    }
    keras.backend.clear_session()
    # Compiled steps are kept else: all templates together take gigabytes.
    jax.clear_caches()
    return result


def main():
    request = json.load(sys.stdin)
    # Models print summaries and progress to standard output.
    answer, sys.stdout = sys.stdout, sys.stderr
    json.dump(
        {
            "applications": [describe_application(name) for name in request["applications"]],
            "scripts": [run_script(script) for script in request["scripts"]],
        },
        answer,
    )


main()
