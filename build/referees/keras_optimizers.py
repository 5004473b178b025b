"""Says what real Keras optimizers make of given gradients, and what real schedules say.

Reads one JSON object from standard input:
    {"updates": [{"optimizer": str, "weights": [tensor], "gradients": [[tensor]],
                  "scaling": {"initialScale", "growthSteps": number} or absent}],
     "schedules": [{"schedule": str, "classes": [str], "lengths": {"stepsPerEpoch", "totalSteps": int}, "steps": [int]}],
     "plateaus": [{"callback": str, "learningRate": number, "monitor": str, "values": [number]}]}
where a tensor is {"shape": [int], "values": [number]}, null standing for infinity, `optimizer` and `schedule` are expressions over `keras` (and
`steps_per_epoch`, `total_steps`, the classes), and `gradients` has a list for each step. Writes
    {"updates": [[[number]]], "scales": [[number]], "schedules": [[number]], "plateaus": [[number]]}
the weights after the last step, the loss scale after each step (where it is scaled), the rates at the steps, the rate after each epoch. All in 64-bit floats, so that what
is compared is the definition and not its rounding.
"""

import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ["JAX_ENABLE_X64"] = "1"

import keras  # noqa: E402
import numpy as np  # noqa: E402

keras.config.set_floatx("float64")


def evaluate(text, classes=(), **names):
    # The text is our own printer's output.
    scope = {"keras": keras, **names}
    for source in classes:
        exec(source, scope)
    return eval(text, scope)


def read_tensor(tensor):
    values = [float("inf") if value is None else value for value in tensor["values"]]
    return np.array(values, dtype="float64").reshape(tensor["shape"])


def run_updates(case):
    optimizer = evaluate(case["optimizer"])
    if "scaling" in case:
        return run_scaled_updates(case, optimizer)
    variables = [keras.Variable(read_tensor(weight), dtype="float64") for weight in case["weights"]]
    for gradients in case["gradients"]:
        tensors = [keras.ops.convert_to_tensor(read_tensor(g), dtype="float64") for g in gradients]
        optimizer.apply(tensors, variables)
    return [np.asarray(variable.numpy()).ravel().tolist() for variable in variables], []


def run_scaled_updates(case, inner):
    """By `apply`, whose conditions JAX can't trace (Keras 3.15): here both ways are ordinary Python. The optimizer is
    built before it is wrapped, since behind that Nadam's `_u_product` is no variable of it and falls out of step."""
    variables = [keras.Variable(read_tensor(weight), dtype="float64") for weight in case["weights"]]
    inner.build(variables)
    optimizer = keras.optimizers.LossScaleOptimizer(
        inner,
        initial_scale=case["scaling"]["initialScale"],
        dynamic_growth_steps=case["scaling"]["growthSteps"],
    )
    scales = []
    traced = keras.src.ops.cond
    keras.src.ops.cond = lambda condition, yes, no: yes() if bool(condition) else no()
    try:
        for gradients in case["gradients"]:
            optimizer.apply([keras.ops.convert_to_tensor(read_tensor(g)) for g in gradients], variables)
            scales.append(float(optimizer.dynamic_scale.numpy()))
    finally:
        keras.src.ops.cond = traced
    return [np.asarray(variable.numpy()).ravel().tolist() for variable in variables], scales


def run_schedule(case):
    lengths = case["lengths"]
    schedule = evaluate(
        case["schedule"],
        case["classes"],
        steps_per_epoch=lengths["stepsPerEpoch"],
        total_steps=lengths["totalSteps"],
    )
    return [float(schedule(step)) for step in case["steps"]]


def run_plateau(case):
    callback = evaluate(case["callback"])
    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(case["learningRate"]), loss="mse")
    callback.set_model(model)
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(case["values"]):
        callback.on_epoch_end(epoch, {case["monitor"]: value})
        rates.append(float(model.optimizer.learning_rate.numpy()))
    return rates


def main():
    question = json.load(sys.stdin)
    updates = [run_updates(case) for case in question["updates"]]
    answer = {
        "updates": [weights for weights, _scales in updates],
        "scales": [scales for _weights, scales in updates],
        "schedules": [run_schedule(case) for case in question["schedules"]],
        "plateaus": [run_plateau(case) for case in question["plateaus"]],
    }
    json.dump(answer, sys.stdout, allow_nan=False)


if __name__ == "__main__":
    main()
