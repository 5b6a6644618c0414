/**
 * The tables of both databases, defined once. Only migrations and the tests that compare them with the migrated schema load this
 * file: the stores themselves use prepared SQL, because loading MikroORM costs more than a short run.
 *
 * The meaning of the columns, and the reasons for the layout: docs/decisions/0002-sqlite-journal.md.
 */
import { defineEntity, p } from '@mikro-orm/core'
import { AccessTokenEntity, ProviderLimitEntity, ServerEntity } from './server-entities.ts'
import { SnapshotEntity } from './snapshot-entity.ts'

export type Dialect = 'sqlite' | 'postgres'

/** A key in the order of insertion. SQLite gives it to a column of the type `integer`, Postgres takes it from a sequence. */
const createArrival = (dialect: Dialect) =>
  dialect === 'sqlite' ? p.integer().primary().autoincrement(false) : p.bigint('number').primary()

/** A number beyond 32 bits: each integer of SQLite takes it. */
const createWide = (dialect: Dialect) => (dialect === 'sqlite' ? p.integer().nullable() : p.bigint('number').nullable())

interface IndexOptions<Property extends string> {
  name: string
  properties: Property[]
  /** Table and columns on Postgres, whose indexes take 2.7 KB at most: keys that users choose are hashed. */
  on: string
  where?: string
  isUnique?: boolean
}

const createIndex = <const Property extends string>(
  dialect: Dialect,
  { name, properties, on, where, isUnique = false }: IndexOptions<Property>,
): { name: string; properties: Property[]; where?: string; expression?: string } => {
  if (dialect === 'sqlite') return { name, properties, ...(where !== undefined && { where }) }
  const kind = isUnique ? 'create unique index' : 'create index'
  return { name, properties, expression: `${kind} "${name}" on ${on}${where === undefined ? '' : ` where ${where}`}` }
}

/** One row a run. `holder` is JSON of an Owner, null when released or ended; `status` is a code of codes.ts. */
const createRun = (dialect: Dialect) =>
  defineEntity({
    name: 'Run',
    tableName: 'run',
    properties: {
      key: p.integer().primary(),
      id: p.text().unique(),
      workflow: p.text(),
      definition: p.integer(),
      status: p.integer(),
      createdAt: p.bigint('number'),
      endedAt: p.bigint('number').nullable(),
      output: p.text().nullable(),
      error: p.text().nullable(),
      inputTokens: p.bigint('number'),
      outputTokens: p.bigint('number'),
      costUsd: p.double().nullable(),
      epoch: p.integer(),
      holder: p.text().nullable(),
      leaseUntil: p.bigint('number').nullable(),
      /** Key of the run whose step this one is. */
      parent: p.integer().nullable(),
      cacheHits: p.integer().nullable(),
      /** A code of codes.ts. */
      phase: p.integer().default(0),
      isPaused: p.integer().default(0),
      /** `fork r-1`: kind and id of its origin. */
      origin: p.text().nullable(),
      idempotencyKey: p.text().nullable(),
      bodyHash: p.text().nullable(),
      /** The workflow and the key of the flow, so that two workflows share nothing. */
      flowKey: p.text().nullable(),
      concurrency: createWide(dialect),
      /** The negated priority: lower ranks go first. */
      rank: createWide(dialect),
      rateCount: createWide(dialect),
      rateWindowMs: createWide(dialect),
      /** When its flow admitted it. */
      admittedAt: p.bigint('number').nullable(),
      /** Null: it began when it was created; 0: it is queued, and has not begun. */
      begunAt: p.bigint('number').nullable(),
      /** When its flow drops it from the queue. */
      expiresAt: p.bigint('number').nullable(),
      /** Id of the run that was made again under its key. */
      replacedBy: p.text().nullable(),
      /** JSON list of what a process must have to perform it. */
      needs: p.text().nullable(),
    },
    indexes: [
      createIndex(dialect, {
        name: 'run_running',
        properties: ['phase', 'flowKey', 'rank'],
        on: 'run (phase, md5(flow_key), rank)',
        where: 'status = 0',
      }),
      { name: 'run_parent', properties: ['parent'], where: 'parent is not null' },
      createIndex(dialect, {
        name: 'run_permit',
        properties: ['flowKey'],
        on: 'run (md5(flow_key))',
        where: 'status = 0 and admitted_at is not null',
      }),
      { name: 'run_expiry', properties: ['expiresAt'], where: 'status = 0 and phase = 1 and expires_at is not null' },
      createIndex(dialect, {
        name: 'run_rate',
        properties: ['flowKey', 'admittedAt'],
        on: 'run (md5(flow_key), admitted_at)',
        where: 'rate_count is not null and admitted_at is not null',
      }),
    ],
    uniques: [
      createIndex(dialect, {
        name: 'run_idempotency',
        properties: ['workflow', 'idempotencyKey'],
        on: 'run (workflow, md5(idempotency_key))',
        where: 'idempotency_key is not null and replaced_by is null',
        isUnique: true,
      }),
    ],
  })

/** Append-only. `key` is the run's key × 2^24 + seq: unique, and a run's rows lie side by side without a second index. */
const createJournal = (dialect: Dialect) =>
  defineEntity({
    name: 'Journal',
    tableName: 'journal',
    properties: {
      // Only a column of the type `integer` is SQLite's own row id.
      key: p
        .bigint('number')
        .primary()
        .autoincrement(false)
        .columnType(dialect === 'sqlite' ? 'integer' : 'bigint'),
      at: p.bigint('number'),
      kind: p.integer(),
      path: p.text(),
      visit: p.integer(),
      data: p.text(),
    },
  })

const TimerEntity = defineEntity({
  name: 'Timer',
  tableName: 'timer',
  properties: {
    run: p.integer().primary(),
    id: p.text().primary(),
    dueAt: p.bigint('number').index('timer_due_at'),
  },
})

/** `key` is the order of arrival. A taken message stays without its body, so that it is not taken again. */
const createInbox = (dialect: Dialect) =>
  defineEntity({
    name: 'Inbox',
    tableName: 'inbox',
    properties: {
      key: createArrival(dialect),
      run: p.integer(),
      id: p.text(),
      kind: p.text(),
      body: p.text().nullable(),
      taken: p.integer(),
    },
    uniques: [
      createIndex(dialect, {
        name: 'inbox_run_id',
        properties: ['run', 'id'],
        on: 'inbox (run, md5(id))',
        isUnique: true,
      }),
    ],
    indexes: [{ name: 'inbox_waiting', properties: ['run'], where: 'taken = 0' }],
  })

const createDefinition = (dialect: Dialect) =>
  defineEntity({
    name: 'Definition',
    tableName: 'definition',
    properties: {
      key: createArrival(dialect),
      hash: p.text().unique(),
      workflow: p.text(),
      file: p.text(),
      source: p.text(),
      links: p.text(),
    },
  })

/** Answers of models by a hash of the request. Rows past `expiresAt` may be deleted. */
const CachedAnswerEntity = defineEntity({
  name: 'CachedAnswer',
  tableName: 'cached_answer',
  properties: {
    key: p.text().primary(),
    answer: p.text(),
    expiresAt: p.bigint('number').index('cached_answer_expires_at'),
  },
})

const BlobEntity = defineEntity({
  name: 'Blob',
  tableName: 'blob',
  properties: {
    hash: p.text().primary(),
    bytes: p.blob(),
    /** When it was last put, up to an hour late: the reference to a new blob may not be written yet. */
    putAt: p.bigint('number').nullable(),
  },
})

/** Open approvals; the journal has the decisions. `shown` and `form` are JSON, `deciders` is a JSON list, `given` the JSON list of approvals so far. */
const ApprovalEntity = defineEntity({
  name: 'Approval',
  tableName: 'approval',
  properties: {
    run: p.integer().primary(),
    path: p.text().primary(),
    visit: p.integer().primary(),
    step: p.text(),
    title: p.text(),
    shown: p.text(),
    form: p.text(),
    deciders: p.text().nullable(),
    tool: p.text().nullable(),
    dueAt: p.bigint('number').nullable(),
    requestedAt: p.bigint('number').index('approval_requested_at'),
    requestHash: p.text(),
    tokenHash: p.text().nullable(),
    needed: p.integer().default(1),
    given: p.text().nullable(),
  },
  uniques: [{ name: 'approval_token', properties: ['tokenHash'], where: 'token_hash is not null' }],
})

/** Ids of all approvals that were ever open, as long as their runs are kept. */
const ApprovalIdEntity = defineEntity({
  name: 'ApprovalId',
  tableName: 'approval_id',
  properties: {
    id: p.text().primary(),
    run: p.integer().primary().index('approval_id_run'),
    path: p.text().primary(),
    visit: p.integer().primary(),
  },
})

/** Emitted events. `key` is the order in which they were emitted. */
const createOutbox = (dialect: Dialect) =>
  defineEntity({
    name: 'Outbox',
    tableName: 'outbox',
    properties: {
      key: createArrival(dialect),
      run: p.integer().index('outbox_run'),
      id: p.text().unique(),
      type: p.text(),
      source: p.text(),
      at: p.bigint('number'),
      data: p.text(),
      deliveredAt: p.bigint('number').nullable(),
      subject: p.text().nullable(),
    },
  })

const ScheduleEntity = defineEntity({
  name: 'Schedule',
  tableName: 'schedule',
  properties: {
    id: p.text().primary(),
    workflow: p.text(),
    definition: p.integer(),
    expression: p.text(),
    timezone: p.text().nullable(),
    missed: p.text(),
    nextAt: p.bigint('number').nullable(),
    isPaused: p.integer(),
    lastAt: p.bigint('number').nullable(),
    mostMissed: p.integer().default(1000),
    skippedAt: p.bigint('number').nullable(),
    skippedCount: p.integer().default(0),
    failedInRow: p.integer().default(0),
  },
})

/** Slots of schedules that failed before they had a run, until they are retried or dismissed. */
const ScheduleFailureEntity = defineEntity({
  name: 'ScheduleFailure',
  tableName: 'schedule_failure',
  properties: {
    schedule: p.text().primary(),
    slot: p.bigint('number').primary(),
    at: p.bigint('number'),
    code: p.text(),
    message: p.text(),
  },
})

/** Definitions registered by name, with versions 1, 2, … for each name. */
const WorkflowVersionEntity = defineEntity({
  name: 'WorkflowVersion',
  tableName: 'workflow_version',
  properties: {
    workflow: p.text().primary(),
    version: p.integer().primary(),
    definition: p.integer(),
    registeredAt: p.bigint('number'),
    folder: p.text().nullable(),
  },
})

export const createEntities = (dialect: Dialect) => [
  createRun(dialect),
  createJournal(dialect),
  TimerEntity,
  createInbox(dialect),
  createDefinition(dialect),
  CachedAnswerEntity,
  BlobEntity,
  ApprovalEntity,
  ApprovalIdEntity,
  createOutbox(dialect),
  ScheduleEntity,
  ScheduleFailureEntity,
  WorkflowVersionEntity,
  AccessTokenEntity,
  ServerEntity,
  SnapshotEntity,
  // The processes of a file keep limits by themselves.
  ...(dialect === 'postgres' ? [ProviderLimitEntity] : []),
]
