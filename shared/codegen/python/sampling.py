import keras


@keras.saving.register_keras_serializable(package="netloom")
class Sampling(keras.Layer):
    """mean + exp(log_variance / 2) * noise in training, mean otherwise (Kingma and Welling 2014).

    Adds kl_weight times the divergence from a standard normal distribution, per sample, to the loss.
    """

    def __init__(self, seed=None, kl_weight=0.0, **kwargs):
        super().__init__(**kwargs)
        self.seed = seed
        self.kl_weight = kl_weight
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(self, inputs, training=False):
        mean, log_variance = inputs
        if self.kl_weight:
            spread = keras.ops.square(mean) + keras.ops.exp(log_variance)
            divergence = 0.5 * keras.ops.sum(spread - log_variance - 1)
            samples = keras.ops.cast(keras.ops.shape(mean)[0], mean.dtype)
            self.add_loss(self.kl_weight * divergence / samples)
        if not training:
            return mean
        noise = keras.random.normal(keras.ops.shape(mean), seed=self.seed_generator)
        return mean + keras.ops.exp(log_variance / 2) * noise

    def compute_output_shape(self, input_shape):
        return input_shape[0]

    def get_config(self):
        config = super().get_config()
        config.update(seed=self.seed, kl_weight=self.kl_weight)
        return config
