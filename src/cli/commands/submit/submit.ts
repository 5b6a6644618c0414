/** `troupe submit`: queues a run in the database for a server; with `--wait` follows it to its end. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { createCatalogue } from '../../../app/catalogue.ts'
import type { Project } from '../../../app/project/project.ts'
import { readVariables, toPricing } from '../../../app/project/project-access.ts'
import type { CompiledWorkflow } from '../../../compiler/compile.ts'
import { systemClock } from '../../../core/clock.ts'
import type { Submitted } from '../../../runtime/submit-run.ts'
import { submitWorkflow } from '../../../service/submit.ts'
import { type FoundWorkflow, loadRegistered } from '../../../service/workflows/registered-workflow.ts'
import type { Store } from '../../../store/store.ts'
import { hintAtStart } from '../../begin-copy.ts'
import { compileRunnable, folderOf } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { expectInput, readInput } from '../../input.ts'
import { createKnownVault } from '../../known-secrets.ts'
import { checkAliases, readModels } from '../../model-arguments.ts'
import { openProject, withDatabase } from '../../open-runs.ts'
import { writeJson } from '../../output.ts'
import { toShownStatus } from '../../run-holder.ts'
import { type OutputOptions, writeRefusal } from '../../run-output.ts'
import { STDIN } from '../../workflow-file.ts'
import { waitForEnd } from './wait-for-end.ts'

export interface SubmitArguments extends OutputOptions {
  /** A file, or the name of a registered workflow. */
  workflow: string
  input?: string[]
  model?: string[]
  key?: string
  wait?: boolean
}

export const submit = async (context: Context, options: SubmitArguments): Promise<number> => {
  try {
    return await put(context, options)
  } catch (thrown) {
    return writeRefusal(context, options, thrown)
  }
}

const put = async (context: Context, options: SubmitArguments): Promise<number> => {
  const isFile = namesFile(options.workflow, context)
  const project = await openProject(context, isFile ? folderOf(options.workflow, context.workingFolder) : undefined)
  const models = readModels(options.model ?? [], project)
  // A file is checked before the database is opened: a refused run leaves nothing behind.
  const read = isFile ? await readWorkflow(options, { context, project, models }) : undefined
  return withDatabase(project, async (store) => {
    const { found, input } = read ?? (await readRegistered(options, { context, project, models, store }))
    const { workflow, folder } = found
    const env = readVariables(project, context.environment)
    const { key } = options
    const request = { input, models, env, folder, key }
    // Only the server needs the secrets; the vault keeps those that are known here out of the database.
    const vault = createKnownVault(project, context.environment, workflow.secrets)
    const ports = { store, clock: systemClock, vault, pricing: toPricing(project) }
    const submitted = await submitWorkflow(workflow, request, ports)
    if (options.wait !== true) return report(context, options, submitted)
    if (options.json !== true && options.quiet !== true) context.stderr.write(`${describe(submitted)}\n`)
    return waitForEnd(context, options, { store, run: submitted.run, workflow })
  })
}

const namesFile = (name: string, { workingFolder }: Context): boolean =>
  name === STDIN || /[/\\]|\.ya?ml$/.test(name) || existsSync(resolve(workingFolder, name))

interface Reading {
  context: Context
  project: Project
  models: Record<string, string>
}

const readWorkflow = async (options: SubmitArguments, { context, project, models }: Reading) => {
  const workflow = await compileRunnable(options.workflow, { context, project, models })
  checkAliases(models, workflow)
  const found: FoundWorkflow = { workflow, folder: folderOf(options.workflow, context.workingFolder) }
  return { found, input: await readWorkflowInput(workflow, { options, context }) }
}

const readRegistered = async (
  options: SubmitArguments,
  { context, project, models, store }: Reading & { store: Store },
) => {
  const { workingFolder } = context
  const found = await loadRegistered(store, options.workflow, {
    catalogue: createCatalogue(),
    workingFolder,
    models,
    environment: project.config.env,
  })
  checkAliases(models, found.workflow)
  return { found, input: await readWorkflowInput(found.workflow, { options, context }) }
}

const readWorkflowInput = async (
  workflow: CompiledWorkflow,
  { options, context }: { options: SubmitArguments; context: Context },
) => expectInput(workflow, await readInput(options.input ?? [], { schema: workflow.input, context }))

const describe = ({ run, isNew }: Submitted): string =>
  isNew ? `run ${run.id} is queued` : `run ${run.id} was submitted with this key before: it is ${toShownStatus(run)}`

const report = (context: Context, options: SubmitArguments, submitted: Submitted): number => {
  const { run, isNew } = submitted
  const { id, workflow, key } = run
  const status = toShownStatus(run)
  if (options.json === true) writeJson(context, { run: id, workflow, status, key, is_new: isNew })
  else context.stdout.write(`${id}\n`)
  if (options.json !== true && options.quiet !== true) {
    context.stderr.write(`${describe(submitted)}\n`)
    if (status === 'queued') hintAtStart(context, id)
  }
  return EXIT.completed
}
