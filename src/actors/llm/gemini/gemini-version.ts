/** Reads the version in the name of a model: `gemini-2.5-flash` → 2.5. A name without one counts as new: `gemini-flash-latest`. */
export const findGeminiVersion = (model: string): number => {
  const [, version] = /(?:^|\/)gemini-(\d+(?:\.\d+)?)/.exec(model) ?? []
  return version === undefined ? Number.POSITIVE_INFINITY : Number(version)
}
