/** Output limits of models, as their vendors document them. A larger `max_tokens` is refused by the vendor. */

/** Tokens, by the begin of a model's name. The longest begin that fits counts. */
export type OutputLimits = Readonly<Record<string, number>>

/** Undefined: the limit is unknown. */
export const findOutputLimit = (limits: OutputLimits, model: string): number | undefined => {
  const name = model.slice(model.lastIndexOf('/') + 1)
  const [first] = Object.keys(limits)
    .filter((begin) => name.startsWith(begin))
    .sort((one, other) => other.length - one.length)
  return first === undefined ? undefined : limits[first]
}
