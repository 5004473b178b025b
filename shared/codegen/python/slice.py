import keras


@keras.saving.register_keras_serializable(package="netloom")
class Slice(keras.Layer):
    """Entries start to stop of one axis, as in x[start:stop]; squeeze drops the axis, of which one must be left."""

    def __init__(self, axis=-1, start=0, stop=None, squeeze=False, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis
        self.start = start
        self.stop = stop
        self.squeeze = squeeze

    def call(self, inputs):
        index = [slice(None)] * len(inputs.shape)
        index[self.axis] = slice(self.start, self.stop)
        part = inputs[tuple(index)]
        return keras.ops.squeeze(part, axis=self.axis) if self.squeeze else part

    def compute_output_shape(self, input_shape):
        shape = list(input_shape)
        size = shape[self.axis]
        if self.squeeze:
            del shape[self.axis]
        elif size is not None:
            shape[self.axis] = len(range(size)[self.start : self.stop])
        elif self.start < 0 and self.stop is None:
            shape[self.axis] = -self.start
        return tuple(shape)

    def get_config(self):
        config = super().get_config()
        config.update(axis=self.axis, start=self.start, stop=self.stop, squeeze=self.squeeze)
        return config
