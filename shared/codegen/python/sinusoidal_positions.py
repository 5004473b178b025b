import keras


@keras.saving.register_keras_serializable(package="netloom")
class SinusoidalPositions(keras.Layer):
    """Sines and cosines of each step's number (Vaswani et al. 2017), added to the input or given alone.

    input and output: [batch, steps, features].
    """

    def __init__(self, max_wavelength=10000.0, add=True, **kwargs):
        super().__init__(**kwargs)
        self.max_wavelength = max_wavelength
        self.add = add
        self.supports_masking = True

    def call(self, inputs):
        ops = keras.ops
        steps, size = ops.shape(inputs)[1], inputs.shape[-1]
        features = ops.arange(size)
        pairs = ops.cast(2 * (features // 2), "float32")
        wavelengths = ops.power(ops.cast(self.max_wavelength, "float32"), pairs / size)
        numbers = ops.cast(ops.arange(steps), "float32")
        angles = ops.expand_dims(numbers, 1) / ops.expand_dims(wavelengths, 0)
        positions = ops.where(features % 2 == 0, ops.sin(angles), ops.cos(angles))
        positions = ops.cast(positions, inputs.dtype)
        return (inputs if self.add else ops.zeros_like(inputs)) + positions

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        config.update(max_wavelength=self.max_wavelength, add=self.add)
        return config
