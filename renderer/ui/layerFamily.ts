/** The colour token of a layer category; unknown categories (old or foreign layers) look like plain ones. */
export function familyColor(category: string): `--c-${string}` {
  switch (category) {
    case "core":
      return "--c-dense";
    case "convolution":
      return "--c-conv";
    case "pooling":
      return "--c-pool";
    case "reshaping":
    case "preprocessing":
      return "--c-shape";
    case "recurrent":
      return "--c-rnn";
    case "normalization":
      return "--c-norm";
    case "regularization":
      return "--c-reg";
    case "activation":
    case "attention":
      return "--c-attn";
    case "merge":
      return "--c-merge";
    case "block":
      return "--c-block";
    default:
      return "--c-io";
  }
}
