import type { JsonValue } from '../core/json.ts'
import type { Claim } from './run-store.ts'

/** Messages to runs, from any process. */
export interface InboxStore {
  /**
   * Adds a message to the inbox of a run; the same `id` counts once. Returns false when the message does not count, or when
   * the run is missing or has ended.
   */
  post(runId: string, message: InboxMessage): Promise<boolean>
  /** Returns the waiting messages of these runs in order of arrival. Each stays until a write takes it (`inboxTaken`). */
  readInbox(claims: readonly Claim[]): Promise<{ claim: Claim; message: InboxMessage }[]>
}

/** Messages that no lease holder has taken yet, for services. */
export interface KeptMessageStore {
  /** Returns the waiting messages of these runs in order of arrival. */
  peekInbox(runIds: readonly string[]): Promise<{ runId: string; message: InboxMessage }[]>
}

export interface InboxMessage {
  id: string
  kind: 'cancel' | 'pause' | 'unpause' | 'signal' | 'decision'
  body: JsonValue
}
