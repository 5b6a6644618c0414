/** Connections to one database: their settings, and a connection that is opened again when it is lost. */
import pg from 'pg'
import { DISCARD_PLANS, PlanAges } from './plan-ages.ts'
import { toStoreError } from './postgres-error.ts'
import { takeTlsOptions } from './tls-options.ts'

/** Most connections for reading. One more writes, one listens. */
const MOST_READERS = 6

const CONNECT_TIMEOUT_MS = 10_000

/** Longest time of one statement, on the server. The client waits longer, for a server that does not answer at all. */
const STATEMENT_TIMEOUT_MS = 30_000
const ANSWER_TIMEOUT_MS = 45_000
const IDLE_TRANSACTION_TIMEOUT_MS = 60_000

const INT8 = 20

/** Whole numbers of 64 bits come as numbers: keys and times are exact up to 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 && format !== 'binary' ? Number : pg.types.getTypeParser(oid, format),
}

/** The parameters of the URL win. @throws StoreError for wrong TLS options */
export const toClientConfig = (text: string): pg.ClientConfig => {
  const url = new URL(text)
  const ssl = takeTlsOptions(url)
  return {
    connectionString: withSettings(url),
    ...(ssl !== undefined && { ssl }),
    application_name: 'troupe',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_TRANSACTION_TIMEOUT_MS,
    keepAlive: true,
    types,
  }
}

/**
 * A statement is planned once a connection: planning those of a write takes longer than running them. Compiling the plan of a list
 * (`jit`) would too.
 */
const withSettings = (url: URL): string => {
  const options = url.searchParams.get('options')
  url.searchParams.set(
    'options',
    `${options === null ? '' : `${options} `}-c plan_cache_mode=force_generic_plan -c jit=off`,
  )
  // The driver does not read `+` as a blank.
  return url.href.replaceAll('+', '%20')
}

/** Readers end with the process by themselves. */
export const createPool = (config: pg.ClientConfig): pg.Pool => {
  const pool = new pg.Pool({ ...config, max: MOST_READERS, idleTimeoutMillis: 30_000, allowExitOnIdle: true })
  // An idle connection that is lost is replaced when it is needed.
  pool.on('error', () => {})
  const ages = new PlanAges()
  // In front of the statement that the connection is acquired for. A failure is that statement's too.
  pool.on('acquire', (client) => {
    if (ages.areOld(client)) client.query(DISCARD_PLANS.text).catch(() => {})
  })
  return pool
}

/** One connection that is opened when it is needed, and again when it was lost. While it is idle it does not keep the process. */
export class Reopened {
  readonly #config: pg.ClientConfig
  readonly #location: string
  readonly #onOpen: (client: pg.Client) => Promise<unknown>
  #client: pg.Client | undefined

  constructor(
    config: pg.ClientConfig,
    { location, onOpen = async () => {} }: { location: string; onOpen?: (client: pg.Client) => Promise<unknown> },
  ) {
    this.#config = config
    this.#location = location
    this.#onOpen = onOpen
  }

  /** It keeps the process until `rest`. @throws the driver's error */
  async open(): Promise<pg.Client> {
    if (this.#client !== undefined) {
      keepProcess(this.#client, true)
      return this.#client
    }
    const client = new pg.Client(this.#config)
    client.on('error', () => this.#drop(client))
    client.on('end', () => this.#drop(client))
    try {
      await client.connect()
      await this.#onOpen(client)
    } catch (error) {
      client.end().catch(() => {})
      throw error
    }
    this.#client = client
    return client
  }

  /** An idle connection must not keep a process that has nothing else to do. */
  rest(): void {
    if (this.#client !== undefined) keepProcess(this.#client, false)
  }

  /** Gives up a connection whose state is not known. */
  discard(): void {
    const client = this.#client
    if (client === undefined) return
    this.#drop(client)
    client.end().catch(() => {})
  }

  async close(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    await client?.end()
  }

  explain(error: unknown): unknown {
    return toStoreError(error, this.#location)
  }

  #drop(client: pg.Client): void {
    if (this.#client === client) this.#client = undefined
  }
}

/** The types of the driver leave these two methods out. */
const keepProcess = (client: pg.Client, keeps: boolean): void => {
  const method: unknown = Reflect.get(client, keeps ? 'ref' : 'unref')
  if (typeof method === 'function') method.call(client)
}
