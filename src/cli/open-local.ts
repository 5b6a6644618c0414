/** Wires the host that performs runs of a project in this process. */
import { createLocal, type Local } from '../app/local.ts'
import type { Project } from '../app/project/project.ts'
import { readSecrets } from '../app/project/project-access.ts'
import { toPerformerOptions } from '../app/project/project-performers.ts'
import type { CompiledWorkflow } from '../compiler/compile.ts'
import type { StoredRun } from '../service/history/load-run.ts'
import { type Asking, expectTrust } from './ask-trust.ts'
import { CliError } from './cli-error.ts'
import type { Context } from './context.ts'
import { EXIT } from './exit-code.ts'
import type { OpenedRuns } from './open-runs.ts'

export type HostedRun = Pick<StoredRun, 'folder' | 'environment' | 'workflow'>

export interface LocalSetting extends Omit<OpenedRuns, 'damaged'> {
  context: Pick<Context, 'environment'> & Asking
  /** False if the host performs nothing that needs secrets; then a missing secret is no error. Default: true. */
  performs?: boolean
}

/** Asks for trust in what the run uses, if it is performed here. @throws CliError for missing trust and for a missing secret */
export const openLocal = async (
  { workflow, folder, environment }: HostedRun,
  { project, store, context, performs = true }: LocalSetting,
): Promise<Local> => {
  if (performs) await expectTrust(context, { project, workflow })
  const secrets = performs
    ? expectSecrets(workflow, { project, context })
    : readSecrets(workflow.secrets, { project, environment: context.environment }).values
  return createLocal({
    store,
    environment,
    ...toPerformerOptions(project, { environment: context.environment, folder, secrets }),
  })
}

/** The values of the secrets that a workflow declares. @throws CliError that names each missing one */
export const expectSecrets = (
  { secrets }: Pick<CompiledWorkflow, 'secrets'>,
  { project, context }: { project: Project; context: Pick<Context, 'environment'> },
): Record<string, string> => {
  const { values, problems } = readSecrets(secrets, { project, environment: context.environment })
  const [first] = problems
  if (first === undefined) return values
  throw new CliError(problems.map(({ message }) => message).join('\n'), {
    hint: first.hint,
    exitCode: EXIT.environment,
  })
}
