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
import { readItems } from './read-items.ts'
import { announce, report } from './report-submitted.ts'
import type { SubmitArguments, SubmittedRun } from './submit-arguments.ts'
import { submitItems } from './submit-items.ts'

export interface RemoteSubmission {
  client: ServerClient
  /** `workflow` is a file: its text is sent. */
  isFile: boolean
  againIf: readonly BadEnd[]
}

/** Resolves to the exit code. @throws Fault, CliError */
export const putOnServer = async (
  context: Context,
  options: SubmitArguments,
  { client, isFile, againIf }: RemoteSubmission,
): Promise<number> => {
  const { workflow, input: texts = [], each, key } = options
  if (options.model !== undefined)
    throw new CliError('--model needs a database: a server takes the models of the workflow and its project', {
      hint: 'leave out --model, or --server',
    })
  const from = isFile ? { source: Buffer.from(await readNamedFile(workflow, context)).toString() } : { workflow }
  const input = await readInput(texts, { schema: undefined, context })
  const submit = (wanted: { input: JsonObject; key: string | undefined }): Promise<SubmittedRun> =>
    post(client, { ...from, input: wanted.input, ...(againIf.length > 0 && { again_if: [...againIf] }) }, wanted.key)
  if (each !== undefined) {
    const items = await readItems(context, { file: each, base: input, key })
    return submitItems(context, options, { items, most: MOST_IN_FLIGHT, submit })
  }
  const shown = await submit({ input, key })
  if (options.wait !== true) return report(context, options, { shown, isLocal: false })
  announce(context, options, shown)
  return watchRun(context, options, { reader: createRemoteReader(client), run: shown.run })
}

/** Connections that one command opens. */
const MOST_IN_FLIGHT = 16

const post = async (client: ServerClient, body: JsonObject, key: string | undefined): Promise<SubmittedRun> => {
  const headers = key === undefined ? {} : { 'idempotency-key': expectHeader(key) }
  const { run, workflow, status, ...rest } = await client.post('/api/v1/runs', Submission, { body, headers })
  return { run, workflow, status, key: rest.key, is_new: rest.is_new, again_after: rest.again_after }
}

/** Headers of HTTP carry visible ASCII, and lose blanks around it. @throws CliError */
const expectHeader = (key: string): string => {
  if (/^[!-~]([ -~]*[!-~])?$/.test(key)) return key
  throw new CliError(`--key '${key}' is wrong: expected letters, digits and signs of ASCII, as HTTP carries them`)
}
