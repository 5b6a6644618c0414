/**
 * Warns of what nothing reads: inputs, models, secrets, and fields of `returns`, which a model writes and a run pays for.
 *
 * An output also counts as read where it is passed on without an expression: as the output of the run, or of a block whose output is
 * read. In doubt it counts as read.
 */
import type { CheckContext } from '../check/check-context.ts'
import { findEndingSteps } from '../check/ending-steps.ts'
import type { NodeSet } from '../check/flow-graph.ts'
import type { IndexedStep } from '../check/step-index.ts'
import type { Diagnostics } from '../diagnostic.ts'
import type { Step } from '../document.ts'
import type { FieldedType } from '../grammar/type-shape.ts'
import { descriptorOf } from '../steps/step-kinds.ts'
import { isRead, listReads, type ReadPath } from './expression-reads.ts'

interface UnusedOptions {
  reached: NodeSet
  findings: Diagnostics
}

export const checkUnused = (check: CheckContext, { reached, findings }: UnusedOptions): void => {
  const reads = listReads(check.workflow)
  reportInputs(check, { reads, findings })
  reportModels(check, findings)
  reportSecrets(check, { reads, findings })
  const passedOn = findPassedOn(check, { reads, reached })
  for (const step of check.index.steps) if (!passedOn.has(step)) reportReturns(step, { reads, findings })
}

interface Reporting {
  reads: readonly ReadPath[]
  findings: Diagnostics
}

const reportInputs = ({ workflow: { input } }: CheckContext, { reads, findings }: Reporting): void => {
  if (input === undefined) return
  for (const name of fieldsOf(input).filter((one) => !isRead(['input', one], reads))) {
    const message = `nothing reads '${name}' of the input`
    findings.warning('unused_input', input.rangeOf(name) ?? input.range, message, `remove '${name}' from input`)
  }
}

const reportModels = ({ workflow, index }: CheckContext, findings: Diagnostics): void => {
  const used = new Set(index.steps.map(({ step }) => descriptorOf(step).model?.(step).value))
  for (const [alias, { range }] of workflow.models)
    if (!used.has(alias))
      findings.warning('unused_model', range, `nothing uses the model '${alias}'`, `remove '${alias}' from models`)
}

const reportSecrets = ({ workflow }: CheckContext, { reads, findings }: Reporting): void => {
  const { secrets, triggers, mcp } = workflow
  for (const { value: name, range } of secrets) {
    // Triggers and MCP servers name secrets in plain text too.
    if (isRead(['secrets', name], reads) || holdsText(triggers, name) || holdsText([...mcp.values()], name)) continue
    findings.warning('unused_secret', range, `nothing uses the secret '${name}'`, `remove '${name}' from secrets`)
  }
}

const holdsText = (part: unknown, text: string): boolean => {
  if (part === text) return true
  if (typeof part !== 'object' || part === null) return false
  return (part instanceof Map ? [...part.values()] : Object.values(part)).some((one) => holdsText(one, text))
}

const reportReturns = ({ id, step }: IndexedStep, { reads, findings }: Reporting): void => {
  const returns = returnsOf(step)
  if (returns === undefined) return
  const fields = fieldsOf(returns)
  const unread = fields.filter((name) => !isRead(['steps', id, 'output', name], reads))
  for (const name of unread) {
    const message = `nothing reads '${name}' of the output of '${id}'`
    const hint = fields.length === 1 ? 'remove returns: the output is { text } then' : `remove '${name}' from returns`
    findings.warning('unused_returns', returns.rangeOf(name) ?? returns.range, message, hint)
  }
}

const returnsOf = (step: Step): FieldedType | undefined => ('returns' in step ? step.returns : undefined)

const fieldsOf = ({ value }: FieldedType): string[] => Object.keys(value.properties ?? {})

/** Steps whose output is that of the run, or of a block whose output is read. */
const findPassedOn = (
  { workflow, index, flow }: CheckContext,
  { reads, reached }: { reads: readonly ReadPath[]; reached: NodeSet },
): Set<IndexedStep> => {
  const passedOn = new Set<IndexedStep>()
  if (workflow.output === undefined) for (const { step } of findEndingSteps(flow.end, reached)) passedOn.add(step)
  // A block comes before its steps.
  for (const block of index.steps) {
    const isUsed = passedOn.has(block) || isRead(['steps', block.id, 'output'], reads)
    if (!isUsed || (block.step.kind === 'foreach' && block.step.yields !== undefined)) continue
    const itemEnd = flow.points[block.number]?.itemEnd
    for (const { steps } of block.lists) for (const last of steps.slice(-1)) passedOn.add(last)
    if (itemEnd !== undefined) for (const { step } of findEndingSteps(itemEnd, reached)) passedOn.add(step)
  }
  return passedOn
}
