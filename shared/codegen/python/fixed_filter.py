import keras


@keras.saving.register_keras_serializable(package="netloom")
class FixedFilter(keras.Layer):
    """Slides one kernel of given numbers over every channel alike; nothing is learned. Images are height, width, channels."""

    def __init__(self, kernel, padding="same", **kwargs):
        super().__init__(**kwargs)
        self.kernel = tuple(tuple(row) for row in kernel)
        self.padding = padding

    def call(self, inputs):
        kernel = keras.ops.convert_to_tensor(self.kernel, dtype=inputs.dtype)[:, :, None, None]
        kernel = keras.ops.tile(kernel, (1, 1, inputs.shape[-1], 1))
        return keras.ops.depthwise_conv(
            inputs, kernel, strides=1, padding=self.padding, data_format="channels_last"
        )

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        if self.padding == "valid":
            height = None if height is None else height - len(self.kernel) + 1
            width = None if width is None else width - len(self.kernel[0]) + 1
        return (batch, height, width, channels)

    def get_config(self):
        config = super().get_config()
        config.update(kernel=self.kernel, padding=self.padding)
        return config
