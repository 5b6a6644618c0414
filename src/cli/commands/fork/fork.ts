/** `troupe fork`: starts a new run with the beginning of another one. */
import { createCatalogue } from '../../../app/catalogue.ts'
import { countOf } from '../../../core/count.ts'
import { formatValue } from '../../../core/value-text.ts'
import { planForkOf, toForkCopy } from '../../../service/control/copy-run.ts'
import { parseVisit, type VisitName } from '../../../service/history/find-visit.ts'
import type { PastRun } from '../../../service/history/past-run.ts'
import type { DroppedRow, ForkPlan } from '../../../service/history/plan-fork.ts'
import type { SetOutput } from '../../../service/history/set-outputs.ts'
import { toForkPlanJson } from '../../../service/views/copy-json.ts'
import { beginCopy, type CopyOptions, followCopy } from '../../begin-copy.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { describeUsage, nameVisit } from '../../figures.ts'
import { expectJson, readChangedInput, readInput, readInputFile } from '../../input.ts'
import { checkAliases, readModels, splitModel } from '../../model-arguments.ts'
import { type OpenedRuns, withRuns } from '../../open-runs.ts'
import { readCount } from '../../option-values.ts'
import { writeJson } from '../../output.ts'
import { openPastRun } from '../../past-run.ts'
import { findServer, type ServerClient } from '../../remote/server-client.ts'
import { orRefuse } from '../../run-output.ts'

export interface ForkArguments extends CopyOptions {
  run: string
  from: string
  visit?: string
  input?: string[]
  model?: string[]
  set?: string[]
  sameKeys?: boolean
  dryRun?: boolean
}

export const fork = async (context: Context, options: ForkArguments): Promise<number> => {
  const client = findServer(context)
  if (client !== undefined) return orRefuse(context, options, () => forkOn(client, { context, options }))
  return withRuns(context, (opened) =>
    orRefuse(context, options, async () => {
      const past = await openPastRun(context, opened, options.run)
      const plan = await makePlan(past, { options, context, opened })
      show(toForkPlanJson(past.record, plan), options, context)
      if (options.dryRun === true) return EXIT.completed
      return await beginCopy(context, options, { opened, copy: toForkCopy(past, plan) })
    }),
  )
}

const show = (plan: ForkPlanJson, { json = false, quiet = false, dryRun }: ForkArguments, context: Context): void => {
  if (!json && !quiet) report(plan, context)
  if (dryRun === true && json) writeJson(context, plan)
}

const forkOn = async (
  client: ServerClient,
  { context, options }: { context: Context; options: ForkArguments },
): Promise<number> => {
  const { input: texts, run } = options
  const { path, visit } = readPlace(options)
  const set = await Promise.all((options.set ?? []).map((text) => readSet(text, context)))
  const { planRemoteFork } = await import('../../remote/remote-copies.ts')
  const { plan, begin } = await planRemoteFork(client, {
    run,
    from: `${path}:${visit}`,
    input: texts && (await readInput(texts, { schema: undefined, context })),
    models: Object.fromEntries((options.model ?? []).map(splitModel)),
    set: set.map(({ path: step, visit: of, output }) => ({ step: of === undefined ? step : `${step}:${of}`, output })),
    sameKeys: options.sameKeys ?? false,
  })
  show(plan, options, context)
  return options.dryRun === true ? EXIT.completed : followCopy(context, options, { client, copied: await begin() })
}

type ForkPlanJson = ReturnType<typeof toForkPlanJson>

const makePlan = async (
  past: PastRun,
  { options, context, opened }: { options: ForkArguments; context: Context; opened: OpenedRuns },
): Promise<ForkPlan> => {
  const models = readModels(options.model ?? [], opened.project)
  checkAliases(models, past.stored.workflow)
  const input =
    options.input === undefined ? undefined : await readChangedInput(past, { texts: options.input, context })
  return planForkOf(
    past,
    {
      from: readPlace(options),
      models,
      set: await Promise.all((options.set ?? []).map((text) => readSet(text, context))),
      sameKeys: options.sameKeys ?? false,
      ...(input !== undefined && { input }),
    },
    { store: opened.store, catalogue: createCatalogue(), now: Date.now() },
  )
}

const readPlace = ({ from, visit }: ForkArguments): VisitName => {
  const { path, visit: named } = parseVisit(from)
  return { path, visit: readCount('--visit', visit) ?? named ?? 1 }
}

const readSet = async (text: string, context: Context): Promise<SetOutput> => {
  const [, name, value] = /^(.+?)\.output=(.*)$/s.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw new CliError(`--set ${formatValue(text)} is wrong: expected STEP.output=JSON`, { hint: SET_EXAMPLE })
  if (value.startsWith('@')) return { ...parseVisit(name), output: await readInputFile(value.slice(1), { context }) }
  const output = expectJson(value, { what: `--set ${formatValue(text)}`, hint: SET_EXAMPLE })
  return { ...parseVisit(name), output }
}

const SET_EXAMPLE = `such as --set 'classify.output={"label": "bug"}', or --set classify.output=@label.json`

const report = (plan: ForkPlanJson, { stderr }: Context): void => {
  const { origin, from, not_copied: dropped, is_reached: isReached, undoes } = plan
  const cost = describeUsage(plan.copied_usage)
  const paid = cost.length === 0 ? '' : ` (${cost.join(' · ')}: paid in that run, not charged again)`
  const { paint } = stderr
  stderr.write(
    `fork of ${origin.of} from ${paint.bold(nameVisit(from.step, from.visit))}: ${countOf(plan.copied_rows, 'row')} copied${paid}\n`,
  )
  if (dropped.length > 0) stderr.write(`  ${paint.yellow('not copied:')} ${describeDropped(dropped)}\n`)
  if (!isReached) stderr.write(`  ${from.step} starts after the steps before it have been performed again\n`)
  if (undoes.length > 0)
    stderr.write(
      `  ${paint.yellow('careful:')} if it fails, it undoes steps that ${origin.of} performed: ${undoes.join(', ')}\n`,
    )
}

const MOST_DROPPED = 8

const describeDropped = (dropped: ForkPlanJson['not_copied']): string => {
  const shown = dropped
    .slice(0, MOST_DROPPED)
    .map((row) => `${nameVisit(row.step === '' ? 'an event' : row.step, row.visit)} ${REASONS[row.reason]}`)
  const left = dropped.length - shown.length
  return `${shown.join(', ')}${left > 0 ? `, and ${left} more` : ''}`
}

const REASONS: Record<DroppedRow['reason'], string> = {
  changed: '(its input changed)',
  not_reached: '(not reached yet)',
}
