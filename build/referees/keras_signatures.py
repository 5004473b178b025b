"""Says which options real Keras has, and their defaults.

Reads one JSON object from standard input: {"layers": [class name]}. Writes
    {"keras": version, "layers": {name: {"init": options, "call": [name]} or null},
     "initializers" | "regularizers" | "constraints": {class name: options}, "activations": {name: options}}
where options is {name: {"default": value} or {}} ({}: must be given); a default that JSON lacks is its `repr`.
"""

import inspect
import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import keras  # noqa: E402

NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def read_default(value):
    if isinstance(value, tuple):
        return list(value)
    if value is None or isinstance(value, (bool, int, float, str, list)):
        return value
    return repr(value)


def read_options(function, skip=("self",)):
    options = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind not in NAMED or name in skip:
            continue
        known = parameter.default is not inspect.Parameter.empty
        options[name] = {"default": read_default(parameter.default)} if known else {}
    return options


def read_layer(name):
    layer = getattr(keras.layers, name, None)
    if layer is None:
        return None
    # After the input; what a class hands on with **kwargs are the options of all layers.
    return {"init": read_options(layer.__init__), "call": list(read_options(layer.call))[1:]}


def read_classes(module, base):
    found = {}
    for name in dir(module):
        value = getattr(module, name)
        if inspect.isclass(value) and issubclass(value, base) and value is not base:
            found[value.__name__] = read_options(value.__init__)
    return found


def read_activations():
    module = keras.activations
    return {
        name: read_options(getattr(module, name), skip=("x",))
        for name in dir(module)
        if inspect.isfunction(getattr(module, name)) and name not in ("deserialize", "get", "serialize")
    }


def main():
    question = json.load(sys.stdin)
    answer = {
        "keras": keras.__version__,
        "layers": {name: read_layer(name) for name in question["layers"]},
        "initializers": read_classes(keras.initializers, keras.initializers.Initializer),
        "regularizers": read_classes(keras.regularizers, keras.regularizers.Regularizer),
        "constraints": read_classes(keras.constraints, keras.constraints.Constraint),
        "activations": read_activations(),
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
