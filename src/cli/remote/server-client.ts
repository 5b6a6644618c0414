/** Asks a server over HTTP, and explains what it refuses as commands do. */
import { FAULT_CODES, Fault } from '../../core/fault.ts'
import { isJsonObject, type JsonObject, tryParseJson } from '../../core/json.ts'
import { CliError } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-code.ts'

export interface ServerClient {
  /** @throws Fault or CliError */
  get(path: string): Promise<JsonObject>
  post(path: string, body?: JsonObject, headers?: Readonly<Record<string, string>>): Promise<JsonObject>
}

/** The server that `--server` or TROUPE_SERVER names; undefined: the database is asked. @throws CliError */
export const findServer = (
  { options, environment }: Pick<Context, 'options' | 'environment'>,
  server: string | undefined,
): ServerClient | undefined => {
  if (server !== undefined && options.db !== undefined)
    throw new CliError('both --server and --db are given: expected one of them')
  const text = server ?? (options.db === undefined ? environment.TROUPE_SERVER : undefined)
  if (text === undefined || text === '') return undefined
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new CliError(`the server '${text}' is wrong: expected a URL such as http://127.0.0.1:4800`)
  return createClient(url, environment.TROUPE_TOKEN)
}

/** An answer has to begin by then: servers wait 3.5 s for the holder of a run. */
const TIMEOUT_MS = 30_000

const createClient = (base: URL, token: string | undefined): ServerClient => {
  const origin = base.href.replace(/\/$/, '')
  const ask = async (path: string, init: RequestInit): Promise<JsonObject> => {
    const headers = new Headers(init.headers)
    if (token !== undefined && token !== '') headers.set('authorization', `Bearer ${token}`)
    const asked = { ...init, headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) } as const
    const response = await fetch(origin + path, asked).catch((cause: unknown) => {
      throw new CliError(`no server answers at ${origin}: ${reasonOf(cause)}`, {
        hint: 'troupe serve starts one; --server or TROUPE_SERVER names another',
        exitCode: EXIT.environment,
        cause,
      })
    })
    const body = tryParseJson(await response.text())
    if (!isJsonObject(body)) throw foreign(origin, response.status)
    if (response.ok) return body
    throw explainProblem(body, { origin, hasToken: headers.has('authorization') })
  }
  return {
    get: (path) => ask(path, { method: 'GET' }),
    post: (path, body, headers = {}) =>
      ask(path, {
        method: 'POST',
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
  }
}

/** `fetch` hides the reason: `ECONNREFUSED`, `ENOTFOUND`. */
const reasonOf = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return String(thrown)
  const { cause } = thrown
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message
  return thrown.name === 'TimeoutError' ? 'it takes too long' : thrown.message
}

const foreign = (origin: string, status: number): CliError =>
  new CliError(`${origin} answers ${status}, but not as a Troupe server of this release does`, {
    hint: 'compare troupe --version here and there',
    exitCode: EXIT.environment,
  })

/** The codes that are about the client, and not about what it asks. */
const OF_ACCESS: ReadonlySet<unknown> = new Set(['unauthorized', 'missing_scope', 'rate_limited', 'wrong_host'])

const explainProblem = (
  { code, detail, hint, status }: JsonObject,
  { origin, hasToken }: { origin: string; hasToken: boolean },
): Error => {
  if (typeof code !== 'string' || typeof detail !== 'string') return foreign(origin, Number(status))
  const further = typeof hint === 'string' ? hint : undefined
  if (code === 'unauthorized' && Number(status) === 401)
    return new CliError(hasToken ? `${origin}: ${detail}` : `${origin} asks for a token`, {
      hint: 'set TROUPE_TOKEN to one of troupe tokens create',
      exitCode: EXIT.environment,
    })
  if (OF_ACCESS.has(code) || Number(status) >= 500)
    return new CliError(`${origin}: ${detail}`, { hint: further, exitCode: EXIT.environment })
  const known = FAULT_CODES.find((one) => one === code)
  if (known !== undefined) return new Fault(known, further === undefined ? detail : `${detail}\n${further}`)
  return new CliError(detail, { hint: further })
}
