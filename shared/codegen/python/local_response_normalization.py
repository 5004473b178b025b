import keras


@keras.saving.register_keras_serializable(package="netloom")
class LocalResponseNormalization(keras.layers.Layer):
    """output = input / (bias + alpha * sum of squares of the neighbouring channels) ** beta."""

    def __init__(self, depth_radius=5, bias=1.0, alpha=1.0, beta=0.5, **kwargs):
        super().__init__(**kwargs)
        self.depth_radius = depth_radius
        self.bias = bias
        self.alpha = alpha
        self.beta = beta

    def call(self, inputs):
        channels = inputs.shape[-1]
        radius = self.depth_radius
        width = [(0, 0)] * (len(inputs.shape) - 1) + [(radius, radius)]
        squares = keras.ops.pad(keras.ops.square(inputs), width)
        total = sum(squares[..., start : start + channels] for start in range(2 * radius + 1))
        return inputs / keras.ops.power(self.bias + self.alpha * total, self.beta)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "depth_radius": self.depth_radius,
            "bias": self.bias,
            "alpha": self.alpha,
            "beta": self.beta,
        }
