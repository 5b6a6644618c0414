import { checkCall } from '../check/check-tools.ts'
import { typeOf } from '../check/known-types.ts'
import { notYet } from '../check/not-yet.ts'
import { isRemoteStep } from '../check/tools.ts'
import type { KindStep, Preset } from '../document.ts'
import { defineGrammar } from '../grammar/kind-grammar.ts'
import type { Fields } from '../grammar/record-shape.ts'
import { toolName } from '../grammar/scalar-shape.ts'
import { templateInput } from '../grammar/value-shape.ts'
import { enterCall } from '../link/entry.ts'
import { linkPreset, secretPlacesOf } from '../link/preset-call.ts'
import { httpRequestText } from './http-request-text.ts'
import type { StepDescriptor } from './step-descriptor.ts'
import { expressionText } from './wording.ts'

const FIELDS = {
  tool: { shape: toolName, doc: 'The name of the tool, such as `http.get`.', required: true },
  with: { shape: templateInput(), doc: "The tool's input." },
} as const satisfies Fields

type ToolStep = KindStep<'tool', typeof FIELDS>

declare module '../document.ts' {
  interface StepKinds {
    tool: ToolStep
  }
}

export const tool: StepDescriptor<'tool'> = {
  grammar: defineGrammar({
    owner: 'a tool step',
    doc: 'Calls a tool: built in, a preset, of an MCP server (`mcp.<server>.<tool>`) or of an agent. Output: by its schema.',
    fields: FIELDS,
    foreign: ['uses', 'action', 'http'],
    inside: { with: ['url', 'query', 'headers', 'body', 'path', 'content', 'template', 'values', 'text'] },
  }),
  check: (step, { input }, context) => checkCall({ tool: step.tool, input: step.with, step, site: input }, context),
  outputType: (step, { toolOutput }) => typeOf(toolOutput(step.tool.value)),
  outputSchema: (step, { toolOutput }) => toolOutput(step.tool.value),
  start: () => 'call',
  enter: enterCall,
  plan({ tool: { value: name }, with: input }, { workflow, catalogue, places }) {
    const preset = workflow.presets.get(name)
    const actor = preset?.tool.value ?? name
    const { writes = true, faults = [] } = catalogue.tools.get(actor) ?? {}
    return {
      actor,
      secrets: secretPlacesOf(input, preset),
      writes,
      faults,
      preset: preset && linkPreset(name, preset, places),
    }
  },
  chart: {
    icon: 'tool',
    describe: (step, { presets }) => describeCall(step, presets.get(step.tool.value)),
    badges: (step, presets) => describeApproval(presets.get(step.tool.value)?.approval),
  },
  faults: { usual: ['timeout', 'unavailable', 'not_found', 'invalid_input', 'tool_failed'] },
  tools: (step) => [step.tool],
  notYet(step, { workflow, tools }) {
    const resolved = isRemoteStep(step, workflow) ? undefined : tools.resolve(step.tool.value)
    const entry = resolved?.kind === 'known' || resolved?.kind === 'preset' ? resolved.entry : undefined
    const isMissing = entry !== undefined && !entry.available
    return isMissing ? [notYet(step.tool.range, `the tool '${step.tool.value}'`)] : []
  },
}

/** `http.get` as its request, a preset under its name, and any other tool by its own. */
const describeCall = ({ tool: { value: name }, with: input }: ToolStep, preset: Preset | undefined): string => {
  const request = httpRequestText(preset?.tool.value ?? name, [preset?.with, input])
  if (request === undefined) return name
  return preset === undefined ? request : `${name}: ${request}`
}

const describeApproval = (approval: Preset['approval']): string[] => {
  if (approval === undefined) return []
  return ['when' in approval ? `asks first if ${expressionText(approval.when)}` : 'asks first']
}
