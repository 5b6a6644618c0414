/** The version in the name of a model: `gemini-2.5-flash` → 2.5. One without is taken for new: `gemini-flash-latest`. */
export const findGeminiVersion = (model: string): number => {
  const [, version] = /(?:^|\/)gemini-(\d+(?:\.\d+)?)/.exec(model) ?? []
  return version === undefined ? Number.POSITIVE_INFINITY : Number(version)
}
