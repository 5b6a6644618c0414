/** `troupe simulate`: walks through a workflow by hand or along every path, and performs nothing. */
import { createCatalogue } from '../../../app/catalogue.ts'
import { readVariables } from '../../../app/project/project-access.ts'
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import { checkInput } from '../../../runtime/check-input.ts'
import { exampleInput, findExamples } from '../../../service/simulation/example-outputs.ts'
import { findFaults } from '../../../service/simulation/possible-faults.ts'
import { createWaitOffers } from '../../../service/simulation/wait-offers.ts'
import { createWalker, toOutcome, type WalkStart } from '../../../service/simulation/walk.ts'
import { CliError, InvalidFile } from '../../cli-error.ts'
import { compileFile, folderOf } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { readInput } from '../../input.ts'
import { viewProject } from '../../open-runs.ts'
import { readCount } from '../../option-values.ts'
import { writeJson } from '../../output.ts'
import { toPrintable } from '../../printable.ts'
import { STDIN } from '../../workflow-file.ts'

export interface SimulateArguments {
  file: string
  input?: string[]
  paths?: boolean
  /** Most paths. */
  limit?: string
  json?: boolean
}

interface Prepared {
  workflow: CompiledWorkflow
  start: WalkStart
}

export const simulate = async (context: Context, options: SimulateArguments): Promise<void> => {
  if (options.file === STDIN && options.paths !== true)
    throw new CliError('a workflow from standard input leaves no input for answers', {
      hint: 'name a file, or add --paths',
    })
  const prepared = await prepare(context, options)
  await (options.paths === true ? printPaths : walk)(context, prepared, options)
}

/** Accepts parts of the language that a later release performs: a walk performs nothing. */
const prepare = async (context: Context, { file, input: texts = [] }: SimulateArguments): Promise<Prepared> => {
  const project = await viewProject(context, folderOf(file, context.workingFolder))
  const { compiled, diagnostics, source } = await compileFile(file, { context, project })
  if (compiled === undefined) throw new InvalidFile(diagnostics, source)
  const given = await readInput(texts, { schema: compiled.input, context })
  const input = await checkInput(compiled, { ...exampleInput(compiled), ...given })
  return { workflow: compiled, start: { input, env: readVariables(project, context.environment) } }
}

const DEFAULT_LIMIT = 200

const printPaths = async (
  { stdout }: Context,
  { workflow, start }: Prepared,
  { limit, json = false }: SimulateArguments,
): Promise<void> => {
  const mostPaths = readCount('--limit', limit) ?? DEFAULT_LIMIT
  const [{ findPaths }, { renderSkeletons, toSkeletons }] = await Promise.all([
    import('../../../service/simulation/shortest-paths.ts'),
    import('./path-skeletons.ts'),
  ])
  const found = findPaths(workflow, { ...start, catalogue: createCatalogue(), mostPaths })
  const skeletons = toSkeletons(found, { workflow: workflow.name, input: start.input })
  if (json) writeJson({ stdout }, skeletons)
  else stdout.write(renderSkeletons(skeletons))
}

const walk = async (
  context: Context,
  { workflow, start }: Prepared,
  { json = false }: SimulateArguments,
): Promise<void> => {
  const { walkByHand } = await import('./walk-by-hand.ts')
  const channel = json ? context.stderr : context.stdout
  channel.write(`walk through ${workflow.name}: nothing is performed, nothing is stored\n`)
  if (workflow.input !== undefined) channel.write(`input ${toPrintable(JSON.stringify(start.input))}\n`)
  const examples = findExamples(workflow, createCatalogue())
  const { events, state } = await walkByHand(context, {
    walker: createWalker(workflow, start),
    possible: { examples, faults: findFaults(workflow), waits: createWaitOffers(workflow, examples) },
    channel,
  })
  if (!json) return
  const open = [...state.openEffects(), ...state.openWaits(), ...state.openTimers()].map(({ path }) => path)
  writeJson(context, {
    workflow: workflow.name,
    input: start.input,
    outcomes: events.map(toOutcome),
    end: state.end ?? null,
    open: [...new Set(open)],
  })
}
