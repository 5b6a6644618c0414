/** The tables of servers and of the clients of their HTTP interface, loaded as entities.ts is. */
import { defineEntity, p } from '@mikro-orm/core'

/** Tokens of the HTTP interface. `scopes` are words between spaces. */
export const AccessTokenEntity = defineEntity({
  name: 'AccessToken',
  tableName: 'access_token',
  properties: {
    name: p.text().primary(),
    hash: p.text().unique(),
    scopes: p.text(),
    workflow: p.text().nullable(),
    createdAt: p.bigint('number'),
    expiresAt: p.bigint('number').nullable(),
    revokedAt: p.bigint('number').nullable(),
    usedAt: p.bigint('number').nullable(),
  },
})

/** Servers of the database. `unfit` is a JSON list; `seenAt` is by the clock of the database. */
export const ServerEntity = defineEntity({
  name: 'Server',
  tableName: 'server',
  properties: {
    id: p.text().primary(),
    host: p.text(),
    pid: p.integer(),
    unfit: p.text(),
    seenAt: p.bigint('number'),
  },
})

/** Slots of a provider over all processes of a Postgres database. `state` as in postgres/provider-slots.ts; `heldUntil` is by its clock. */
export const ProviderLimitEntity = defineEntity({
  name: 'ProviderLimit',
  tableName: 'provider_limit',
  properties: {
    name: p.text().primary(),
    state: p.json(),
    heldUntil: p.bigint('number').nullable(),
  },
})
