/** `troupe workflows diff`: compares two versions of a workflow by steps and flow. */
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import { toComparisonJson } from '../../../service/views/workflow-json.ts'
import {
  compareWorkflows,
  type FlowChange,
  type StepChange,
  type WorkflowComparison,
} from '../../../service/workflows/compare-workflows.ts'
import { findVersion } from '../../../service/workflows/workflow-versions.ts'
import { describeChanges } from '../../change-text.ts'
import { CliError, InvalidFile } from '../../cli-error.ts'
import { compileFile } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { writeJson, writeLines } from '../../output.ts'
import type { Paint } from '../../paint.ts'
import { toOneLine } from '../../printable.ts'
import { type WorkflowVersions, withVersions } from './workflow-versions.ts'

export interface DiffWorkflowsArguments {
  name: string
  from?: string
  to?: string
  json?: boolean
}

/** The exit code is 0 also if the versions differ. */
export const diffWorkflows = (context: Context, options: DiffWorkflowsArguments): Promise<void> =>
  withVersions(context, async (registered) => {
    const [before, after] = await openSides(context, registered, options)
    const comparison = compareWorkflows(before.workflow, after.workflow)
    const { stdout } = context
    if (options.json === true)
      writeJson(context, toComparisonJson(options.name, { from: before.name, to: after.name, comparison }))
    else {
      stdout.write(`${stdout.paint.bold(toOneLine(options.name))}  ${before.name} → ${after.name}\n`)
      writeLines(stdout, render(comparison, stdout.paint))
    }
  })

interface Side {
  /** `version 2`, or a file. */
  name: string
  workflow: CompiledWorkflow
}

/** The two newest versions by default; with one version or file, that and the newest. */
const openSides = async (
  context: Context,
  registered: WorkflowVersions,
  { name, from, to }: DiffWorkflowsArguments,
): Promise<[Side, Side]> => {
  const versions = await registered.list(name)
  const open = async (text: string): Promise<Side> => {
    if (!/^\d+$/.test(text)) return { name: text, workflow: await compileSide(text, { context, registered }) }
    const version = findVersion(versions, text)
    return { name: `version ${version.version}`, workflow: await registered.compile(version) }
  }
  const [newest, before] = versions
  if (from !== undefined && to !== undefined) return [await open(from), await open(to)]
  const newestSide = await open(String(newest.version))
  if (from !== undefined) return /^\d+$/.test(from) ? [await open(from), newestSide] : [newestSide, await open(from)]
  if (before === undefined)
    throw new CliError(`'${name}' has only one version`, { hint: `to compare it: troupe workflows diff ${name} FILE` })
  return [await open(String(before.version)), newestSide]
}

const compileSide = async (
  file: string,
  { context, registered: { project } }: { context: Context; registered: WorkflowVersions },
): Promise<CompiledWorkflow> => {
  const { compiled, diagnostics, source } = await compileFile(file, { context, project })
  if (compiled === undefined) throw new InvalidFile(diagnostics, source)
  return compiled
}

const render = ({ isSame, settings, steps, flow, children }: WorkflowComparison, paint: Paint): string[] => {
  if (isSame) return ['they are the same']
  const parts = [
    ...part('settings', describeChanges(settings, { paint, indent: '  ' }), paint),
    ...part(
      'steps',
      steps.flatMap((change) => renderStep(change, paint)),
      paint,
    ),
    ...part(
      'flow',
      flow.map((change) => renderFlow(change, paint)),
      paint,
    ),
    ...part(
      'calls another version of',
      children.map((name) => `  ${toOneLine(name)}`),
      paint,
    ),
  ]
  return parts.length > 0 ? parts : ['steps and flow are the same: a linked file or schema has changed']
}

const part = (title: string, lines: readonly string[], paint: Paint): string[] =>
  lines.length === 0 ? [] : ['', paint.bold(title), ...lines]

const renderStep = (change: StepChange, paint: Paint): string[] => {
  const { step } = change
  if (change.kind !== 'changed') {
    const [mark, color] = change.kind === 'added' ? (['+', 'green'] as const) : (['-', 'red'] as const)
    return [paint[color](`  ${mark} ${step}  ${change.what}`)]
  }
  const { moved } = change
  const place = moved === null ? '' : `  moved from ${moved.from || 'the top'} to ${moved.to || 'the top'}`
  return [
    `  ${paint.yellow('~')} ${paint.bold(step)}${place}`,
    ...describeChanges(change.fields, { paint, indent: '      ' }),
  ]
}

const renderFlow = ({ kind, from, to, edge, label }: FlowChange, paint: Paint): string => {
  const arrow = edge === 'error' ? '─ fault →' : edge === 'repeat' ? '─ again →' : '→'
  const text = toOneLine(`${kind === 'added' ? '+' : '-'} ${from} ${arrow} ${to}${label === '' ? '' : `  [${label}]`}`)
  return kind === 'added' ? paint.green(`  ${text}`) : paint.red(`  ${text}`)
}
