/** `troupe submit` over HTTP: the server checks the workflow and the input. */
import type { JsonObject } from '../../../core/json.ts'
import type { BadEnd } from '../../../store/store.ts'
import { Submission } from '../../../web/api/schemas.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { readInput } from '../../input.ts'
import { createRemoteReader } from '../../remote/remote-reader.ts'
import type { ServerClient } from '../../remote/server-client.ts'
import { watchRun } from '../../watch-run.ts'
import { readNamedFile } from '../../workflow-file.ts'
import type { SubmitArguments, SubmittedRun } from './submit-arguments.ts'

export interface RemoteSubmission {
  client: ServerClient
  /** `workflow` is a file: its text is sent. */
  isFile: boolean
  againIf: readonly BadEnd[]
}

/** @throws Fault, CliError */
export const submitToServer = async (
  context: Context,
  options: SubmitArguments,
  { client, isFile, againIf }: RemoteSubmission,
): Promise<SubmittedRun> => {
  const { workflow, input: texts = [], key } = options
  if (options.model !== undefined)
    throw new CliError('--model needs a database: a server takes the models of the workflow and its project', {
      hint: 'leave out --model, or --server',
    })
  const body: JsonObject = {
    ...(isFile ? { source: Buffer.from(await readNamedFile(workflow, context)).toString() } : { workflow }),
    input: await readInput(texts, { schema: undefined, context }),
    ...(againIf.length > 0 && { again_if: [...againIf] }),
  }
  const headers = key === undefined ? {} : { 'idempotency-key': expectHeader(key) }
  const { run, workflow: name, status, ...rest } = await client.post('/api/v1/runs', Submission, { body, headers })
  return { run, workflow: name, status, key: rest.key, is_new: rest.is_new, again_after: rest.again_after }
}

/** Headers of HTTP carry visible ASCII, and lose blanks around it. @throws CliError */
const expectHeader = (key: string): string => {
  if (/^[!-~]([ -~]*[!-~])?$/.test(key)) return key
  throw new CliError(`--key '${key}' is wrong: expected letters, digits and signs of ASCII, as HTTP carries them`)
}

/** `--wait`: shows the run as `troupe watch` does. Resolves to the exit code. */
export const waitOnServer = (
  context: Context,
  options: SubmitArguments,
  { client, run }: { client: ServerClient; run: string },
): Promise<number> => watchRun(context, options, { reader: createRemoteReader(client), run })
