/** `troupe approvals approve` and `reject`: a decision, recorded with who and when. */

import { isFault } from '../../../core/fault.ts'
import type { JsonValue } from '../../../core/json.ts'
import type { JsonSchema } from '../../../core/json-schema.ts'
import { toApprovalId } from '../../../service/control/approval-id.ts'
import { findByToken, toTokenMessageId } from '../../../service/control/approval-link.ts'
import { type DecisionEnd, decide } from '../../../service/control/decide.ts'
import type { OpenApproval } from '../../../store/approval-record.ts'
import type { Store } from '../../../store/store.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-code.ts'
import { describeFields } from '../../input/describe-schema.ts'
import { readInput } from '../../input/input-arguments.ts'
import { parseInputJson } from '../../input/input-json.ts'
import { createKnownVault } from '../../known-secrets.ts'
import { openRuns } from '../../open-runs.ts'
import { toOneLine } from '../../printable.ts'
import { whoAsks } from '../../who-asks.ts'
import { expectApproval } from './approvals.ts'

export interface DecideArguments {
  verdict: 'approved' | 'rejected'
  approval?: string
  path?: string
  values?: string[]
  by?: string
  comment?: string
  token?: string
  json?: boolean
}

/** The exit code. */
export const decideApproval = async (context: Context, options: DecideArguments): Promise<number> => {
  const { store, project } = await openRuns(context)
  try {
    const approval = await findQuestion(store, options)
    const by = options.by ?? chooseDecider(approval, options)
    const { verdict, comment, token } = options
    const values = await readValues(approval, { options, context })
    const id = token === undefined ? undefined : toTokenMessageId(token)
    const vault = createKnownVault(project, context.environment)
    const end = await decide(store, approval, { verdict, by, values, comment, id, vault })
    report(context, options, { approval, by, end })
    return EXIT.completed
  } catch (thrown) {
    // Somebody else decided, or it is too late: nothing is wrong with the command.
    if (isFault(thrown) && thrown.code === 'conflict')
      throw new CliError(thrown.message, { exitCode: EXIT.failed, cause: thrown })
    throw thrown
  } finally {
    await store.close()
  }
}

const findQuestion = async (store: Store, options: DecideArguments): Promise<OpenApproval> => {
  const { approval, path, token, verdict } = options
  if (token !== undefined && approval !== undefined)
    throw new CliError('a token names what it decides: expected either --token or an approval, got both')
  if (token !== undefined) return findByToken(store, token)
  if (approval !== undefined) return expectApproval(store, { approval, ...(path === undefined ? {} : { path }) })
  throw new CliError('expected the id of an approval, a run with a path, or --token', {
    hint: `troupe approvals list shows what is asked; then: troupe approvals ${verdict === 'approved' ? 'approve' : 'reject'} ID`,
  })
}

/** Who has a link decides for whom it was made, where that is one. */
const chooseDecider = ({ by }: OpenApproval, { token }: DecideArguments): string => {
  const user = whoAsks()
  const [only] = by ?? []
  return token !== undefined && only !== undefined && by?.length === 1 && !by.includes(user) ? only : user
}

const readValues = async (
  { form, title }: OpenApproval,
  { options: { values = [] }, context }: { options: DecideArguments; context: Context },
): Promise<JsonValue | undefined> => {
  if (values.length === 0) return undefined
  const schema = form as unknown as JsonSchema | null
  if (schema === null) throw new CliError(`'${toOneLine(title)}' has no form: expected no --values`)
  if (describeFields(schema) !== undefined) return readInput(values, { schema, context, option: '--values' })
  return parsePlain(values)
}

/** Of a form without fields, such as `form: integer`. */
const parsePlain = ([text = '', ...rest]: readonly string[]): JsonValue => {
  if (rest.length > 0) throw new CliError('the form has no fields: expected --values once')
  try {
    return parseInputJson(text)
  } catch {
    return text
  }
}

const report = (
  { stdout, stderr }: Context,
  { verdict, json = false }: DecideArguments,
  { approval, by, end }: { approval: OpenApproval; by: string; end: DecisionEnd },
): void => {
  const { runId: run, path, title } = approval
  const { paint } = stderr
  if (json) {
    const answer = { id: toApprovalId(approval), run, path, verdict, by, counted: end === 'counted' }
    stdout.write(`${JSON.stringify(answer, null, 2)}\n`)
    return
  }
  const symbol = verdict === 'approved' ? paint.green('✓') : paint.red('✗')
  stderr.write(`${symbol} ${by} ${verdict}: ${toOneLine(title)}\n`)
  if (end === 'counted') return
  stderr.write(`  nobody has run ${run} in hand: the decision is kept, and counts when somebody goes on with it\n`)
  stderr.write(`  ${paint.cyan('hint:')} troupe serve does, or: troupe resume ${run}\n`)
}
