/** Checks the calls of tools, of the memory and of other workflows: that there is such a tool, and that its input fits. */
import type { Located, MemoryStep, Preset, Step, StepKind, ToolStep, ValueNode, WorkflowStep } from '../document.ts'
import { ANY, describeType, type Field, objectOf, type Type } from '../expression/type.ts'
import { typeOfSchema } from '../expression/type-of-schema.ts'
import type { Range } from '../source.ts'
import type { CheckContext, StepSites } from './check-context.ts'
import type { Site } from './expression-checks.ts'
import { type ResolvedTool, reportUnknownTool } from './tools.ts'

export const checkTool = (step: ToolStep, sites: StepSites, context: CheckContext): void =>
  checkCall({ tool: step.tool, input: step.with, step, site: sites.input }, context)

export const checkUndo = (step: Step, sites: StepSites, context: CheckContext): void => {
  const { undo } = step
  if (undo === undefined) return
  checkCall({ tool: undo.tool, input: undo.with, step, site: sites.undo }, context)
  const why = WITHOUT_EFFECT[step.kind]
  if (why === undefined) return
  const message = `'undo' of '${step.id.value}' has nothing to undo: ${why}`
  context.diagnostics.warning('needless_undo', undo.range, message, 'move it to the step whose effect it takes back')
}

/** Why there is nothing to undo of steps of a kind. */
const WITHOUT_EFFECT: Partial<Record<StepKind, string>> = {
  set: "a 'set' step changes nothing outside the run",
  wait: "a 'wait' step changes nothing outside the run",
  fail: "a 'fail' step never completes",
}

/** The operations are tools by another name: `memory: get` takes and gives what `memory.get` does. */
export const checkMemory = (step: MemoryStep, sites: StepSites, context: CheckContext): void => {
  const entry = context.catalogue.tools.get(`memory.${step.operation.value}`)
  const call = { input: step.with, site: sites.input, range: step.operation.range }
  checkInput(call, entry && typeOfSchema(entry.input), context)
}

/** What a child run is given has to fit what the child takes. */
export const checkChild = (step: WorkflowStep, sites: StepSites, context: CheckContext): void => {
  const child = context.children.get(step.workflow.value)
  // Its input stands in the child's journal, where no secret may be.
  const call = { input: step.with, site: sites.perform, range: step.workflow.range }
  checkInput(call, child && (child.input === undefined ? objectOf({}) : typeOfSchema(child.input)), context)
}

/** The tools that presets stand for, what they give to them, and when they need an approval. */
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
  }
  if (approval === undefined || !('when' in approval)) return
  const call = resolved?.kind === 'known' ? typeOfSchema(resolved.entry.input) : ANY
  expressions.condition(approval.when, 'when', { names: names.ofPreset({ call }), node: undefined })
}

interface Call {
  tool: Located<string>
  input: ValueNode | undefined
  step: Step
  site: Site
}

const checkCall = ({ tool, input, step, site }: Call, context: CheckContext): void => {
  const resolved = context.tools.resolve(tool.value, step)
  if (resolved === undefined) reportUnknownTool(tool, context)
  checkInput({ input, site, range: tool.range }, resolved && expectedBy(resolved), context)
}

/** Undefined: nothing is known of the input. */
const expectedBy = (tool: ResolvedTool): Type | undefined => {
  if (tool.kind === 'known') return typeOfSchema(tool.entry.input)
  if (tool.kind !== 'preset' || tool.entry === undefined) return undefined
  return withoutGiven(typeOfSchema(tool.entry.input), tool.preset)
}

const checkInput = (
  { input, site, range }: { input: ValueNode | undefined; site: Site; range: Range },
  expected: Type | undefined,
  { expressions, diagnostics }: CheckContext,
): void => {
  if (input !== undefined) {
    if (expected === undefined) expressions.value(input, site)
    else expressions.fitting(input, expected, site)
    return
  }
  if (expected?.kind !== 'object') return
  const missing = [...expected.fields].filter(([, { optional }]) => !optional)
  if (missing.length === 0) return
  const fields = missing.map(([name, { type }]) => `${name}: ${describeType(type)}`).join(', ')
  diagnostics.error(
    'missing_field',
    range,
    `'with' is missing: expected ${fields}`,
    `add with: { ${missing[0]?.[0]}: … }`,
  )
}

/** What a preset has given already need not be given again. */
const withoutGiven = (expected: Type, preset: Preset): Type => {
  const given = preset.with?.kind === 'map' ? preset.with.entries.map(({ key }) => key.value) : undefined
  // One expression for the whole input: nobody knows which fields it gives.
  if (preset.with !== undefined && given === undefined) return asPartial(expected)
  return asPartial(expected, given ?? [])
}

/** With these fields optional, or all. */
const asPartial = (type: Type, names?: readonly string[]): Type => {
  if (type.kind !== 'object') return type
  const fields = [...type.fields].map(([name, field]): [string, Field] => [
    name,
    names === undefined || names.includes(name) ? { ...field, optional: true } : field,
  ])
  return { ...type, fields: new Map(fields) }
}
