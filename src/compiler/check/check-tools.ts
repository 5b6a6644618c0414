/** Checks calls of tools: the tool exists, and the input fits it. */
import type { ToolEntry } from '../catalogue.ts'
import type { Located, Preset, Step, ValueNode } from '../document.ts'
import type { HintUnknown } from '../expression/assign-value.ts'
import { ANY, describeType, type Field, type Type } from '../expression/type.ts'
import { typeOfSchema } from '../expression/type-of-schema.ts'
import type { Range } from '../source.ts'
import { checkComputedSecrets } from './check-computed-secrets.ts'
import type { CheckContext } from './check-context.ts'
import { checkExcludedFields } from './check-excluded-fields.ts'
import { checkSecretUrl } from './check-secret-url.ts'
import type { Site, ValueSite } from './expression-checks.ts'
import { suggestStepKey } from './misplaced-keys.ts'
import { type ResolvedTool, reportUnknownTool } from './tools.ts'

/** Checks presets: the tool they name, the input they give, and the condition of their approval. */
export const checkPresets = (context: CheckContext): void => {
  for (const preset of context.workflow.presets.values()) checkPreset(preset, context)
}

const checkPreset = ({ tool, with: input, approval }: Preset, context: CheckContext): void => {
  const { names, tools, expressions } = context
  const resolved = tools.resolve(tool.value)
  if (resolved === undefined || resolved.kind === 'preset') reportUnknownTool(tool, context)
  const site: Site = { names: names.ofPreset({ secrets: true }), node: undefined }
  if (input !== undefined) {
    const expected = resolved?.kind === 'known' ? asPartial(typeOfSchema(resolved.entry.input)) : undefined
    checkInput({ input, site, range: tool.range }, expected, context)
    if (resolved?.kind === 'known') checkEntry(input, resolved.entry, context)
  }
  if (approval === undefined || !('when' in approval)) return
  const call = resolved?.kind === 'known' ? typeOfSchema(resolved.entry.input) : ANY
  expressions.condition(approval.when, 'when', { names: names.ofPreset({ call }), node: undefined })
}

interface CheckedCall {
  tool: Located<string>
  input: ValueNode | undefined
  step: Step
  site: Site
}

export const checkCall = ({ tool, input, step, site }: CheckedCall, context: CheckContext): void => {
  const resolved = context.tools.resolve(tool.value, step)
  if (resolved === undefined) reportUnknownTool(tool, context)
  const own = 'with' in step && step.with === input ? { ...site, hintUnknown: toHint(step, context) } : site
  checkInput({ input, site: own, range: tool.range }, resolved && expectedBy(resolved), context)
  const entry = resolved !== undefined && 'entry' in resolved ? resolved.entry : undefined
  if (input !== undefined && entry !== undefined) checkEntry(input, entry, context)
}

/** Checks a written input against rules of a tool that its schema can't say. */
const checkEntry = (input: ValueNode, entry: ToolEntry, { diagnostics }: CheckContext): void => {
  checkExcludedFields(input, entry, diagnostics)
  checkComputedSecrets(input, entry, diagnostics)
}

const toHint =
  (step: Step, { diagnostics: { source } }: CheckContext): HintUnknown =>
  (entry, input) =>
    suggestStepKey(step, { entry, input, source })

/** Returns the type that a tool expects; undefined if it is not known. */
const expectedBy = (tool: ResolvedTool): Type | undefined => {
  if (tool.kind === 'known') return typeOfSchema(tool.entry.input)
  if (tool.kind !== 'preset' || tool.entry === undefined) return undefined
  return withoutGiven(typeOfSchema(tool.entry.input), tool.preset)
}

export const checkInput = (
  { input, site, range }: { input: ValueNode | undefined; site: ValueSite; range: Range },
  expected: Type | undefined,
  { expressions, diagnostics }: CheckContext,
): void => {
  if (input !== undefined) {
    checkSecretUrl(input, diagnostics)
    if (expected === undefined) expressions.value(input, site)
    else expressions.fitting(input, expected, site)
    return
  }
  if (expected?.kind !== 'object') return
  const missing = [...expected.fields].filter(([, { optional }]) => !optional)
  if (missing.length === 0) return
  const fields = missing.map(([name, { type }]) => `${name}: ${describeType(type)}`).join(', ')
  const message = `'with' is missing: expected ${fields}`
  diagnostics.error('missing_field', range, message, `add with: { ${missing[0]?.[0]}: … }`)
}

/** Makes the fields optional that a preset gives already. */
const withoutGiven = (expected: Type, preset: Preset): Type => {
  const given = preset.with?.kind === 'map' ? preset.with.entries.map(({ key }) => key.value) : undefined
  // One expression gives the whole input, so it is unknown which fields it gives.
  if (preset.with !== undefined && given === undefined) return asPartial(expected)
  return asPartial(expected, given ?? [])
}

/** Makes these fields optional, or all of them. */
const asPartial = (type: Type, names?: readonly string[]): Type => {
  if (type.kind !== 'object') return type
  const fields = [...type.fields].map(([name, field]): [string, Field] => [
    name,
    names === undefined || names.includes(name) ? { ...field, optional: true } : field,
  ])
  return { ...type, fields: new Map(fields) }
}
