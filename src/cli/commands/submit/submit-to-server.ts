/** `troupe submit` over HTTP: the server checks the workflow and the input. */
import type { JsonObject } from '../../../core/json.ts'
import type { BadEnd } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { readInput } from '../../input.ts'
import { toStatus, toText } from '../../remote/run-record.ts'
import type { ServerClient } from '../../remote/server-client.ts'
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
  for (const [name, isGiven] of [['--model', options.model !== undefined] as const, ['--wait', options.wait] as const])
    if (isGiven === true)
      throw new CliError(`${name} needs the database: a server takes a workflow, its input and a key`, {
        hint: `leave out ${name}, or --server`,
      })
  const body: JsonObject = {
    ...(isFile ? { source: Buffer.from(await readNamedFile(workflow, context)).toString() } : { workflow }),
    input: await readInput(texts, { schema: undefined, context }),
    ...(againIf.length > 0 && { again_if: [...againIf] }),
  }
  const answer = await client.post('/api/v1/runs', body, key === undefined ? {} : { 'idempotency-key': key })
  return {
    run: String(answer.run),
    workflow: String(answer.workflow),
    status: toStatus(answer.status),
    key: toText(answer.key),
    is_new: answer.is_new === true,
    again_after: toText(answer.again_after),
  }
}
