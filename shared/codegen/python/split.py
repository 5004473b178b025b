import keras


@keras.saving.register_keras_serializable(package="netloom")
class Split(keras.Layer):
    """Cuts one axis into parts: one output per size."""

    def __init__(self, sizes, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.sizes = tuple(sizes)
        self.axis = axis

    def call(self, inputs):
        ends = [sum(self.sizes[: index + 1]) for index in range(len(self.sizes) - 1)]
        return list(keras.ops.split(inputs, ends, axis=self.axis))

    def compute_output_shape(self, input_shape):
        shapes = []
        for size in self.sizes:
            shape = list(input_shape)
            shape[self.axis] = size
            shapes.append(tuple(shape))
        return shapes

    def get_config(self):
        config = super().get_config()
        config.update(sizes=self.sizes, axis=self.axis)
        return config
