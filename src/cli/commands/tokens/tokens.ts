/** `troupe tokens`: creates, lists and revokes the tokens of the HTTP interface. */
import { A_DURATION, explainCalendarDuration, parseDuration } from '../../../core/duration.ts'
import { createToken, revokeToken, toTokenJson, toTokenState } from '../../../service/access/tokens.ts'
import { SCOPES, type Scope, type TokenRecord } from '../../../store/token-store.ts'
import { CliError } from '../../cli-error.ts'
import type { Context } from '../../context.ts'
import { openProject, withDatabase, withRuns, withRunsIfThere } from '../../open-runs.ts'
import { readChoice } from '../../option-values.ts'
import { writeHint, writeJson, writeJsonLine, writeTable } from '../../output.ts'
import { toOneLine } from '../../printable.ts'
import type { Column } from '../../table.ts'
import { formatZoned } from '../../zoned-time.ts'

interface Wanted {
  name: string
  scope: string
  workflow?: string
  expires?: string
  json?: boolean
}

export const create = async (
  context: Context,
  { name, scope, workflow, expires, json = false }: Wanted,
): Promise<void> => {
  const scopes = readScopes(scope)
  const validMs = expires === undefined ? undefined : readValidity(expires)
  return withDatabase(await openProject(context), async (store) => {
    const now = await store.readClock()
    const { token, record } = await createToken(store, { name, scopes, workflow, validMs }, now)
    if (json) return writeJson(context, { token, ...toTokenJson(record, now) })
    context.stdout.write(`${token}\n`)
    context.stderr.write(`token ${name} is shown this once: the database keeps its hash\n`)
    writeHint(context, 'clients send Authorization: Bearer TOKEN')
  })
}

const readScopes = (text: string): Scope[] => {
  const given = text.split(',').map((word) => readChoice('--scope', word.trim(), SCOPES))
  return SCOPES.filter((scope) => given.includes(scope))
}

const readValidity = (text: string): number => {
  const validMs = parseDuration(text)
  if (validMs !== undefined && validMs > 0) return validMs
  throw new CliError(`--expires '${text}' is wrong: expected ${A_DURATION}`, { hint: explainCalendarDuration(text) })
}

export const list = (context: Context, { json = false }: { json?: boolean }): Promise<void> =>
  withRunsIfThere(context, { json, say: (database) => `no tokens in ${database}` }, async (store) => {
    const [tokens, now] = [await store.listTokens(), await store.readClock()]
    if (json)
      writeJson(
        context,
        tokens.map((token) => toTokenJson(token, now)),
      )
    else if (tokens.length > 0) writeTable(context.stdout, tokens, createColumns(now))
    else context.stderr.write('no tokens: on loopback the HTTP interface is open to this machine\n')
  })

export const revoke = (context: Context, { name, json = false }: { name: string; json?: boolean }): Promise<void> =>
  withRuns(context, async ({ store }) => {
    await revokeToken(store, name, await store.readClock())
    if (json) writeJsonLine(context, { name, state: 'revoked' })
    else context.stderr.write(`token ${name} is void\n`)
  })

const createColumns = (now: number): Column<TokenRecord>[] => [
  { title: 'name', text: ({ name }) => toOneLine(name) },
  { title: 'scopes', text: ({ scopes }) => scopes.join(',') },
  { title: 'workflows', text: ({ workflow }) => toOneLine(workflow ?? 'all') },
  { title: 'state', text: (token) => toTokenState(token, now) },
  { title: 'expires', text: ({ expiresAt }) => formatTime(expiresAt, 'never') },
  { title: 'last used', text: ({ usedAt }) => formatTime(usedAt, 'never') },
  { title: 'created', text: ({ createdAt }) => formatTime(createdAt, '-') },
]

const formatTime = (at: number | null, none: string): string => (at === null ? none : formatZoned(at, 'UTC'))
