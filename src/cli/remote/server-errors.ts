/** Explains why a server was not reached, and what it refuses, as commands do. */
import { FAULT_CODES, Fault } from '../../core/fault.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts'
import { CliError } from '../cli-error.ts'
import { EXIT } from '../exit-code.ts'

/** An answer that is no success. */
export interface RefusedAnswer {
  origin: string
  hasToken: boolean
  method: string
  path: string
  status: number
  location: string | null
}

const COMPARE_VERSIONS = 'is the URL right? if it is, the server is older: compare troupe --version here and there'

/** How the HTTP interface begins to tell that it has no such path. */
const NO_ROUTE = 'there is nothing at '

/** @param problem The body; undefined: it is no JSON. */
export const explainProblem = (problem: JsonValue | undefined, refused: RefusedAnswer): Error => {
  const { origin, hasToken, method, path, status, location } = refused
  const Kind = PASSING.has(status) ? ServerUnreached : CliError
  const environment = (message: string, hint: string | undefined): CliError =>
    new Kind(message, { hint, exitCode: EXIT.environment })
  if (location !== null && status >= 300 && status < 400)
    return environment(
      `${origin} redirects to ${location}: expected the server itself`,
      'name that address, if it is the server',
    )
  if (!isJsonObject(problem) || typeof problem.code !== 'string' || typeof problem.detail !== 'string')
    return environment(
      `${origin} is not a Troupe server, or a proxy answers for it: ${method} ${withoutQuery(path)} gives ${status}`,
      'is the URL right, and does the server run?',
    )
  const { code, detail } = problem
  const hint = typeof problem.hint === 'string' ? problem.hint : undefined
  if (status === 404 && detail.startsWith(NO_ROUTE))
    return environment(`${origin} has no ${withoutQuery(path)}`, COMPARE_VERSIONS)
  if (code === 'unauthorized' && status === 401)
    return environment(
      hasToken ? `${origin}: ${detail}` : `${origin} asks for a token`,
      'set TROUPE_TOKEN to one of troupe tokens create',
    )
  if (OF_ACCESS.has(code) || status >= 500) return environment(`${origin}: ${detail}`, hint)
  const findings = Array.isArray(problem.findings) ? problem.findings.filter(isJsonObject) : []
  if (findings.length > 0) return new CliError(findings.map(describeFinding).join('\n'), { hint })
  const known = FAULT_CODES.find((one) => one === code)
  if (known !== undefined) return new Fault(known, hint === undefined ? detail : `${detail}\n${hint}`)
  return new CliError(detail, { hint })
}

/** `workflow.yaml:3:5: error[unknown_kind]: …`, and its hint on the next line. */
const describeFinding = ({ file, line, column, severity, code, message, hint }: JsonObject): string => {
  const place = [file, line, column].map(String).join(':')
  const next = typeof hint === 'string' ? `\n  hint: ${hint}` : ''
  return `${place}: ${String(severity)}[${String(code)}]: ${String(message)}${next}`
}

/** Statuses of a proxy without its server, and of a server that starts or stops. */
const PASSING: ReadonlySet<number> = new Set([502, 503, 504])

/** The codes that are about the client, and not about what it asks. */
const OF_ACCESS: ReadonlySet<string> = new Set(['unauthorized', 'missing_scope', 'rate_limited', 'wrong_host'])

const withoutQuery = (path: string): string => path.split('?')[0] ?? ''

/** The server cannot be reached now; it may be later. */
export class ServerUnreached extends CliError {}

/** The connection could not be made, or broke. @param mayBeDone True: the server may have done what was asked. */
export const explainUnreached = (
  thrown: unknown,
  { origin, mayBeDone }: { origin: string; mayBeDone?: boolean },
): ServerUnreached => {
  const { code, message } = reasonOf(thrown)
  const { text, hint } = REASONS.find(({ codes }) => codes.test(code)) ?? {
    text: mayBeDone === undefined ? 'the server does not answer' : 'the answer broke off',
    hint: mayBeDone === true ? 'it may be done: look before you repeat the command' : REPEAT,
  }
  return new ServerUnreached(`${origin}: ${text}: ${message}`, { hint, exitCode: EXIT.environment, cause: thrown })
}

const REPEAT = 'is the server up? then repeat the command'

/** By the codes of Node and OpenSSL: https://nodejs.org/api/errors.html, https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const REASONS: readonly { codes: RegExp; text: string; hint: string }[] = [
  {
    codes: /^ECONNREFUSED$/,
    text: 'no server answers',
    hint: 'troupe serve starts one; --server or TROUPE_SERVER names another',
  },
  { codes: /^(ENOTFOUND|EAI_AGAIN)$/, text: 'no address is known for this host', hint: 'is the URL right?' },
  {
    codes: /CERT|SIGNED|UNABLE_TO_(GET|VERIFY)|^HOSTNAME_MISMATCH$/,
    text: 'its certificate is not trusted',
    hint: 'NODE_EXTRA_CA_CERTS=FILE adds a certificate authority of your own',
  },
  {
    codes: /SSL|TLS|^EPROTO$/,
    text: 'it does not speak TLS',
    hint: 'does the URL begin with http:// in place of https://?',
  },
  { codes: /^TimeoutError$|TIMEOUT$|^ETIMEDOUT$/, text: 'it takes too long', hint: REPEAT },
]

/** `fetch` hides the reason in `cause`: `ECONNREFUSED`, `ENOTFOUND`. */
const reasonOf = (thrown: unknown): { code: string; message: string } => {
  if (!(thrown instanceof Error)) return { code: '', message: String(thrown) }
  const { cause } = thrown
  if (!(cause instanceof Error)) return { code: thrown.name, message: thrown.message }
  const code = 'code' in cause ? String(cause.code) : ''
  return { code, message: cause.message.trim() || code }
}
