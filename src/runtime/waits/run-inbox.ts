/**
 * Messages to one run, on their way from the inbox to its journal. The inbox gives a message again and again until it is durable
 * that it was taken, so the id is kept here until then: each message is read once.
 */
import type { Clock } from '../../core/clock.ts'
import type { SecretVault } from '../../secrets/secret-vault.ts'
import type { InboxMessage } from '../../store/store.ts'
import type { OpenWait } from '../effects/run-effect.ts'
import { type Asked, readDecision, readMessage } from './read-message.ts'

export interface RunInboxOptions {
  clock: Clock
  vault: SecretVault
  openWaits(): readonly OpenWait[]
  onAsked(asked: Asked, taken: { inboxTaken: readonly string[] }): void
  /** `onAsked` has thrown. */
  onBroken(cause: unknown): void
}

export class RunInbox {
  readonly #options: RunInboxOptions
  readonly #taking = new Set<string>()

  constructor(options: RunInboxOptions) {
    this.#options = options
  }

  /** True when it is durable of every message that was read that it was taken. */
  get isSettled(): boolean {
    return this.#taking.size === 0
  }

  receive({ id, kind, body }: InboxMessage): void {
    if (this.#taking.has(id)) return
    this.#taking.add(id)
    const { clock, vault, openWaits, onAsked, onBroken } = this.#options
    // J9: the sender may not know the secrets of this run.
    const message = { id, kind, body: vault.redact(body) }
    const taken = { inboxTaken: [id] }
    if (kind !== 'decision') onAsked(readMessage(message, clock.now()), taken)
    else
      readDecision(message, { now: () => clock.now(), waits: openWaits })
        .then((asked) => onAsked(asked, taken))
        .catch(onBroken)
  }

  /** It is durable that these were taken. */
  settle(ids: readonly string[] = []): void {
    for (const id of ids) this.#taking.delete(id)
  }
}
