/** Parts that all routes share: how answers are described, and how a request that does not fit is answered. */
import { createRoute, OpenAPIHono, type RouteConfig, type z } from '@hono/zod-openapi'
import { type ApiEnv, guardRoute, type RouteAccess } from './access.ts'
import { explain, Problem, type ProblemDocument, toResponse, wrongType } from './problem.ts'
import { ProblemSchema } from './schemas.ts'

export type Api = OpenAPIHono<ApiEnv>

interface Answer {
  description: string
  content: { 'application/json': { schema: z.ZodType<unknown> } }
}

/** The description of an answer with a JSON body. Its type is left open: tests hold the answers to their schemas. */
export const answers = (description: string, schema: z.ZodType<unknown>): Answer => ({
  description,
  content: { 'application/json': { schema } },
})

const PROBLEM = {
  description: 'A problem document: `code`, `detail`, and where there is one a `hint`.',
  content: { 'application/problem+json': { schema: ProblemSchema } },
}

/** Name of the security scheme in the document. */
export const TOKEN = 'token'

/** A route that asks for a token with its scope, and whose errors are problem documents. Generators name functions by its `operationId`. */
export const route = <R extends RouteConfig & { operationId: string }>(access: RouteAccess, config: R) =>
  createRoute({
    ...config,
    tags: [tagOf(config.path)],
    security: access.scope === 'none' ? [] : [{ [TOKEN]: [access.scope] }],
    middleware: guardRoute(access),
    responses: { ...config.responses, '4XX': PROBLEM, '5XX': PROBLEM },
  })

/** The kind of thing that a path is about. */
const tagOf = (path: string): string => /^\/api\/v1\/(\w+)/.exec(path)?.[1] ?? 'server'

/** The body of a request, as JSON. */
export const body = <S extends z.ZodType>(schema: S) => ({
  required: true,
  content: { 'application/json': { schema } },
})

/** The body of a request that may have none, which counts as an empty object. */
export const optionalBody = <S extends z.ZodType>(schema: S) => ({ ...body(schema), required: false })

export const createRouter = (onProblem: (cause: unknown) => void): Api => {
  const api = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw toInvalid(result.error.issues, result.target)
    },
  })
  api.onError((error, { req }) => {
    const document = toDocument(error, req.header('content-type'))
    if (document.status === 500) onProblem(error)
    return toResponse(document, error instanceof Problem ? error.headers : {})
  })
  api.notFound(({ req: { method, path } }) => {
    const { document, headers } = toMissing({ method, path, allowed: methodsAt(api, path) })
    return toResponse(document, headers)
  })
  return api
}

/** The methods that a path has. */
const methodsAt = (api: Api, path: string): string[] => {
  const found = api.routes.filter(
    (route) => route.method !== 'ALL' && new RegExp(`^${route.path.replaceAll(/:\w+/g, '[^/]+')}$`).test(path),
  )
  return [...new Set(found.map(({ method }) => method))]
}

const toMissing = ({ method, path, allowed }: { method: string; path: string; allowed: string[] }): Problem => {
  const hint = 'GET /docs shows all paths'
  if (allowed.length === 0)
    return new Problem({ status: 404, code: 'not_found', detail: `there is nothing at ${path}`, hint })
  return new Problem({
    status: 405,
    code: 'wrong_method',
    detail: `${path} has no ${method}: expected ${allowed.join(' or ')}`,
    hint,
    headers: { allow: allowed.join(', ') },
  })
}

/** The router refuses a body of another type, or that is no JSON, by an error of its own, with a status and no code. */
const toDocument = (error: Error, type: string | undefined): ProblemDocument => {
  const status = Reflect.get(error, 'status')
  if (error instanceof Problem) return error.document
  if (status === 415) return wrongType(type).document
  if (status === 400)
    return new Problem({ status, code: 'invalid_json', detail: 'the body is no JSON', hint: SHAPE_HINT }).document
  return explain(error)
}

/** A part of a request that does not fit its schema. */
interface Issue {
  message: string
  path: readonly PropertyKey[]
  /** Fields that the schema does not have. */
  keys?: readonly string[]
}

const SHAPE_HINT = 'GET /docs shows the fields of each request'

const toInvalid = ([issue, ...rest]: readonly Issue[], target: string): Problem => {
  const { message = 'wrong', path = [], keys: [unknown] = [] } = issue ?? {}
  const place = unknown === undefined ? path : [...path, unknown]
  const pointer = place.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
  const name = place.length === 0 ? 'the body' : `'${pointer}'`
  const where = target === 'json' ? name : `${target} '${place.join('.')}'`
  const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`
  return new Problem({
    status: 400,
    code: 'invalid_request',
    detail: `${where}: ${unknown === undefined ? message : 'there is no such field'}${more}`,
    hint: SHAPE_HINT,
    ...(target === 'json' && { pointer }),
  })
}

type WithoutMissing<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

/** Leaves out the parameters that were not given. */
export const withoutMissing = <T extends object>(given: T): WithoutMissing<T> => {
  const present: WithoutMissing<T> = { ...given }
  for (const key in present) if (present[key] === undefined) delete present[key]
  return present
}
