/** `troupe run`: checks a workflow, its input and its secrets, then runs it and follows it to its end. */
import { readVariables } from '../../../app/project/project-access.ts'
import type { RunWatcher } from '../../../runtime/run-notice.ts'
import { openDatabase } from '../../../store/open-database.ts'
import type { RunInspector } from '../../../telemetry/inspect/run-inspector.ts'
import { expectTrust } from '../../ask-trust.ts'
import { compileRunnable, folderOf } from '../../compile-file.ts'
import type { Context } from '../../context.ts'
import { readInputOf } from '../../input.ts'
import { checkAliases, readModels } from '../../model-arguments.ts'
import { expectSecrets, openLocal } from '../../open-local.ts'
import { openProject } from '../../open-runs.ts'
import { type OutputOptions, orRefuse } from '../../run-output.ts'
import { stayWith } from '../../stay-with.ts'

export interface RunArguments extends OutputOptions {
  file: string
  input?: string[]
  model?: string[]
  /** True: the default address of the server of `@statelyai/inspect`. */
  inspect?: string | true
}

export const run = (context: Context, options: RunArguments): Promise<number> =>
  orRefuse(context, options, () => start(context, options))

const start = async (context: Context, options: RunArguments): Promise<number> => {
  const folder = folderOf(options.file, context.workingFolder)
  const project = await openProject(context, folder)
  const models = readModels(options.model ?? [], project)
  const workflow = await compileRunnable(options.file, { context, project, models })
  checkAliases(models, workflow)
  // Input, trust and secrets are checked before the database is opened: a refused run leaves nothing behind.
  const input = await readInputOf(workflow, { texts: options.input, context })
  await expectTrust(context, { project, workflow })
  expectSecrets(workflow, { project, context })
  const inspector = options.inspect === undefined ? undefined : await openInspector(options.inspect, context)
  const environment = readVariables(project, context.environment)
  const store = await openDatabase(project)
  const local = await openLocal({ workflow, folder, environment }, { project, store, context })
  try {
    return await stayWith(context, options, {
      local,
      workflow,
      isResumed: false,
      async begin(watch, onQueued) {
        const watchers = watchBoth(watch, inspector)
        const run = await local.start(workflow, { input, models, folder, watch: watchers, onQueued })
        inspector?.follow(run)
        return run
      },
    })
  } finally {
    await Promise.all([local.close(), inspector?.close()])
  }
}

const openInspector = async (address: string | true, { stderr }: Context): Promise<RunInspector> => {
  const [{ parseInspectAddress }, { createRunInspector }] = await Promise.all([
    import('../../../telemetry/inspect/inspect-address.ts'),
    import('../../../telemetry/inspect/run-inspector.ts'),
  ])
  const url = parseInspectAddress(address === true ? undefined : address)
  stderr.write(`inspect: ${url}\n`)
  return createRunInspector({ address: url, onLost: (reason) => stderr.write(`inspect: ${reason}; the run goes on\n`) })
}

const watchBoth =
  (watch: RunWatcher, inspector: RunInspector | undefined): RunWatcher =>
  (notice) => {
    watch(notice)
    inspector?.take(notice)
  }
