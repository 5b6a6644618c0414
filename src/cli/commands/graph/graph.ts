/** `troupe graph`: draws a workflow, or what one of its runs did. */

import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RunActivity } from '../../../chart/activity.ts'
import { CHART_FORMATS, type ChartFormat, isChartFormat, renderChart } from '../../../chart/render-chart.ts'
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import type { Proofs } from '../../../compiler/prove.ts'
import { ownValue } from '../../../core/json.ts'
import { readRunActivity } from '../../../service/history/run-activity.ts'
import { CliError, InvalidFile } from '../../cli-error.ts'
import { compileFile, folderOf } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { describeProofs } from '../../describe-proofs.ts'
import { withReader } from '../../open-reader.ts'
import { viewProject } from '../../open-runs.ts'
import { suggest } from '../../option-values.ts'
import { toVisibleJson } from '../../printable.ts'
import type { RunReader } from '../../run-reader.ts'

interface Drawn {
  workflow: CompiledWorkflow
  /** Undefined for a workflow of a run. */
  proofs?: Proofs | undefined
  activity?: RunActivity
}

export const graph = async (
  context: Context,
  { file, format, output, run }: { file?: string | undefined; format?: string; output?: string; run?: string },
): Promise<void> => {
  const notation = chooseFormat(format, output)
  if (run !== undefined && notation !== 'svg')
    throw new CliError(`--run shows nothing in ${notation}: expected --format svg`)
  const place = { format: notation, output }
  if (run === undefined) return draw(context, await compileNamed(context, file), place)
  return withReader(context, undefined, async (reader) =>
    draw(context, await readRun(reader, { context, run, file }), place),
  )
}

const draw = async (
  context: Context,
  { workflow, activity, proofs }: Drawn,
  { format, output }: { format: ChartFormat; output: string | undefined },
): Promise<void> => {
  const text = await renderChart(workflow, { format, activity })
  if (output === undefined || output === '-') context.stdout.write(format === 'xstate' ? toVisibleJson(text) : text)
  else {
    writeOutput(output, text, context)
    if (proofs !== undefined) context.stderr.write(`${describeProofs(proofs)}\n`)
  }
}

const EXTENSIONS: Readonly<Record<string, ChartFormat>> = {
  svg: 'svg',
  mmd: 'mermaid',
  mermaid: 'mermaid',
  json: 'xstate',
  dot: 'dot',
  gv: 'dot',
}

/** The default format follows from the extension of the output file, else it is SVG. */
const chooseFormat = (format: string | undefined, output = ''): ChartFormat => {
  if (format === undefined) return ownValue(EXTENSIONS, /\.(\w+)$/.exec(output)?.[1] ?? '') ?? 'svg'
  if (isChartFormat(format)) return format
  throw new CliError(`--format '${format}' does not exist: expected one of ${CHART_FORMATS.join(', ')}`, {
    hint: suggest(format, CHART_FORMATS),
  })
}

const compileNamed = async (context: Context, file: string | undefined): Promise<Drawn> => {
  if (file === undefined)
    throw new CliError('there is nothing to draw', { hint: 'name a workflow: troupe graph FILE, or a run: --run RUN' })
  const project = await viewProject(context, folderOf(file, context.workingFolder))
  const { compiled, diagnostics, source, proofs } = await compileFile(file, { context, project, proofs: true })
  if (compiled === undefined) throw new InvalidFile(diagnostics, source)
  return { workflow: compiled, proofs }
}

/** Draws the workflow that the run started with, even if its file has changed since. */
const readRun = async (
  reader: RunReader,
  { context, run, file }: { context: Context; run: string; file: string | undefined },
): Promise<Drawn> => {
  const { record, workflow, rows } = await reader.readPast(run)
  if (file !== undefined) expectSame(await compileNamed(context, file), { workflow, run: record.id })
  return { workflow, activity: readRunActivity(workflow, { runId: record.id, rows }) }
}

const expectSame = (
  { workflow: named }: Drawn,
  { workflow, run }: { workflow: CompiledWorkflow; run: string },
): void => {
  if (named.name === workflow.name) return
  throw new CliError(`run '${run}' is one of '${workflow.name}': expected one of '${named.name}'`, {
    hint: `troupe runs --workflow ${named.name} lists them; without FILE the workflow of the run is drawn`,
  })
}

const writeOutput = (output: string, text: string, { workingFolder, stderr }: Context): void => {
  try {
    writeFileSync(resolve(workingFolder, output), text)
  } catch (cause) {
    throw new CliError(`'${output}' can't be written: ${(cause as Error).message}`, { cause })
  }
  stderr.write(`${output}\n`)
}
