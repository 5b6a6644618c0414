/** Asks a server over HTTP. Answers are judged by the schemas of the HTTP interface before a command reads them. */
import { countOf } from '../../core/count.ts'
import { type JsonValue, tryParseJson } from '../../core/json.ts'
import { CliError } from '../cli-error.ts'
import type { Context } from '../context.ts'
import { EXIT } from '../exit-code.ts'
import { findNamedServer } from './named-server.ts'
import { explainProblem, explainUnreached } from './server-errors.ts'

/** A schema of the HTTP interface. */
export interface Answer<T> {
  safeParse(value: unknown): { success: true; data: T } | { success: false; error: { issues: readonly Issue[] } }
}

interface Issue {
  path: readonly PropertyKey[]
  message: string
}

export interface SentBody {
  body?: JsonValue
  headers?: Readonly<Record<string, string>>
}

export interface ServerClient {
  /** The address without a slash at its end. */
  origin: string
  /** False: the server knows no name of the one who asks. */
  hasToken: boolean
  /** @param path Begins with a slash; its parameters are encoded. @throws Fault, CliError */
  get<T>(path: string, answer: Answer<T>): Promise<T>
  post<T>(path: string, answer: Answer<T>, sent?: SentBody): Promise<T>
  /** The whole text of an answer that is no JSON, such as a picture. */
  getText(path: string): Promise<string>
  /** An answer whose body is read as it arrives; it has no time limit. */
  open(path: string, options: { headers: Readonly<Record<string, string>>; signal: AbortSignal }): Promise<Response>
}

/** The server that `--server` or TROUPE_SERVER names; undefined: the command asks a database. @throws CliError */
export const findServer = (context: Pick<Context, 'options' | 'environment'>): ServerClient | undefined => {
  const named = findNamedServer(context)
  return named && createClient(named.url, context.environment.TROUPE_TOKEN)
}

/** An answer has to be there by then: servers wait 3.5 s for the holder of a run. */
const TIMEOUT_MS = 60_000

const createClient = (base: URL, token: string | undefined): ServerClient => {
  const origin = base.href.replace(/\/+$/, '')
  const hasToken = token !== undefined && token !== ''
  const ask = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = new Headers(init.headers)
    if (hasToken) headers.set('authorization', `Bearer ${token}`)
    const asked = { ...init, headers, redirect: 'manual' } as const
    const response = await fetch(origin + path, asked).catch((cause: unknown) => {
      throw explainUnreached(cause, { origin })
    })
    if (response.ok) return response
    const about = { origin, hasToken, method: init.method ?? 'GET', path, status: response.status }
    throw explainProblem(tryParseJson(await response.text().catch(() => '')), {
      ...about,
      location: response.headers.get('location'),
    })
  }
  const read = async (path: string, init: RequestInit): Promise<string> => {
    const response = await ask(path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
    return response.text().catch((cause: unknown) => {
      throw explainUnreached(cause, { origin, mayBeDone: init.method === 'POST' })
    })
  }
  const judge = async <T>(path: string, answer: Answer<T>, init: RequestInit): Promise<T> => {
    const value = tryParseJson(await read(path, init))
    if (value === undefined) throw toMisfit([{ path: [], message: 'the answer is no JSON' }], { origin, path })
    const judged = answer.safeParse(value)
    if (judged.success) return judged.data
    throw toMisfit(judged.error.issues, { origin, path })
  }
  return {
    origin,
    hasToken,
    get: (path, answer) => judge(path, answer, { method: 'GET' }),
    post: (path, answer, { body, headers = {} } = {}) =>
      judge(path, answer, {
        method: 'POST',
        headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    getText: (path) => read(path, { method: 'GET' }),
    open: (path, { headers, signal }) => ask(path, { method: 'GET', headers, signal }),
  }
}

/** The path with those of the parameters that are given. */
export const toQuery = (
  path: string,
  parameters: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>,
): string => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters))
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) query.append(name, String(one))
  return query.size === 0 ? path : `${path}?${query}`
}

const toMisfit = ([first, ...rest]: readonly Issue[], { origin, path }: { origin: string; path: string }): CliError => {
  const where = (first?.path ?? []).map((step) => `/${String(step)}`).join('')
  const more = rest.length === 0 ? '' : ` (and ${countOf(rest.length, 'more place')})`
  const [route = ''] = path.split('?')
  return new CliError(
    `${origin} does not answer as a Troupe server of this release: ${route}${where === '' ? '' : ` at ${where}`}: ${first?.message ?? 'wrong'}${more}`,
    {
      hint: 'is the URL right? if it is, compare troupe --version here and on the server',
      exitCode: EXIT.environment,
    },
  )
}
