import keras


@keras.saving.register_keras_serializable(package="netloom")
class Expression(keras.Layer):
    """Works out a formula, kept as nested lists, on its inputs; no code is run.

    ("add", ("input", 0), 2) is the first input plus 2. Sizes broadcast, and a value of fewer axes gets axes of size 1
    behind the batch. Truth is 1 and 0.
    """

    def __init__(self, program, **kwargs):
        super().__init__(**kwargs)
        self.program = self._freeze(program)

    def _freeze(self, part):
        return tuple(self._freeze(item) for item in part) if isinstance(part, (list, tuple)) else part

    def call(self, inputs):
        given = inputs if isinstance(inputs, (list, tuple)) else [inputs]
        return self._run(self.program, [keras.ops.cast(x, "float32") for x in given])

    def _run(self, node, inputs):
        if not isinstance(node, tuple):
            return float(node)
        operation, *operands = node
        if operation == "input":
            return inputs[operands[0]]
        x = self._run(operands[0], inputs)
        if operation in ("sum", "mean", "max", "min"):
            axes = self._axes(operands[1], x)
            return getattr(keras.ops, operation)(x, axis=axes, keepdims=operands[2])
        if operation == "softmax":
            return keras.ops.softmax(x, axis=self._axes(operands[1], x)[0])
        values = [x] + [self._run(operand, inputs) for operand in operands[1:]]
        return self._apply(operation, self._align(values))

    def _apply(self, operation, values):
        ops = keras.ops
        names = {
            "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "pow": "power",
            "floordiv": "floor_divide", "mod": "mod", "maximum": "maximum", "minimum": "minimum",
            "neg": "negative", "abs": "abs", "square": "square", "sqrt": "sqrt", "exp": "exp",
            "log": "log", "sin": "sin", "cos": "cos", "tanh": "tanh", "relu": "relu",
            "sigmoid": "sigmoid", "softplus": "softplus", "elu": "elu", "sign": "sign",
            "floor": "floor", "ceil": "ceil", "round": "round",
        }
        truths = {
            "eq": "equal", "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater",
            "ge": "greater_equal", "and": "logical_and", "or": "logical_or", "not": "logical_not",
        }
        if operation in names:
            return getattr(ops, names[operation])(*values)
        if operation == "where":
            return ops.where(ops.not_equal(values[0], 0), values[1], values[2])
        if operation in ("and", "or", "not"):
            values = [ops.not_equal(value, 0) for value in values]
        return ops.cast(getattr(ops, truths[operation])(*values), "float32")

    def _align(self, values):
        rank = max(len(getattr(value, "shape", ())) for value in values)
        aligned = []
        for value in values:
            while 0 < len(getattr(value, "shape", ())) < rank:
                value = keras.ops.expand_dims(value, 1)
            aligned.append(value)
        return aligned

    def _axes(self, axes, x):
        return tuple(axes) or tuple(range(1, len(x.shape)))

    def get_config(self):
        config = super().get_config()
        config.update(program=self.program)
        return config
