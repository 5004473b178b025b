/** README's tables of training from the results in this folder; null where counts or SwiftShader's times are missing. */
export function makeTrainingTable(folder: string): string | null;
export function round(value: number): string;
