/**
 * Messages to one run, on their way from the inbox to its journal.
 *
 * Invariants
 * 1. Each message is read once. The inbox gives a message again and again until it is durable that it was taken, so its id is kept
 *    here until then.
 * 2. Messages are read strictly in the order of their arrival. While one is being judged, which may take a turn of the event loop,
 *    those behind it wait: of two decisions the first counts, whatever has to be checked.
 * 3. A message that does not count leaves a note that says why, also one behind the message that ended the run.
 */
import type { Clock } from '../../core/clock.ts'
import type { SecretVault } from '../../secrets/secret-vault.ts'
import type { InboxMessage } from '../../store/store.ts'
import type { OpenWait } from '../effects/run-effect.ts'
import { type Asked, type Refused, readMessage, refuse } from './read-message.ts'

export interface RunInboxOptions {
  clock: Clock
  vault: SecretVault
  openWaits(): readonly OpenWait[]
  /** True while an event is being folded: messages wait for its state. */
  isBusy(): boolean
  /** True while only the steps of `finally` go on. */
  isEnding(): boolean
  onAsked(asked: Asked, taken: { inboxTaken: readonly string[] }): void
  /** `onAsked` has thrown. */
  onBroken(cause: unknown): void
}

export class RunInbox {
  readonly #options: RunInboxOptions
  readonly #taking = new Set<string>()
  #arrived: InboxMessage[] = []
  #judged: InboxMessage | undefined
  #onRead: (() => void) | undefined

  constructor(options: RunInboxOptions) {
    this.#options = options
  }

  /** True when it is durable of every message that was read that it was taken. */
  get isSettled(): boolean {
    return this.#taking.size === 0
  }

  receive(messages: readonly InboxMessage[]): void {
    for (const { id, kind, body } of messages) {
      if (this.#taking.has(id)) continue
      this.#taking.add(id)
      // J9: the sender may not know the secrets of this run.
      this.#arrived.push({ id, kind, body: this.#options.vault.redact(body) })
    }
    if (this.#judged === undefined) this.readOn()
  }

  /** Calls back when all messages that have arrived are read: at once if none is being judged or folded. */
  whenRead(act: () => void): void {
    if (this.#judged === undefined && !this.#options.isBusy()) act()
    else this.#onRead = act
  }

  /** Takes the messages that are left when the run ends, as refused. */
  refuseRest(reason: string): Refused[] {
    const rest = this.#judged === undefined ? this.#arrived : [this.#judged, ...this.#arrived]
    this.#arrived = []
    return rest.map((message) => refuse(message, reason))
  }

  /** Reads the messages that have waited. */
  readOn(): void {
    const { clock, openWaits, isBusy, isEnding, onAsked, onBroken } = this.#options
    if (this.#judged !== undefined) return
    while (!isBusy()) {
      const message = this.#arrived.shift()
      if (message === undefined) {
        this.#tellRead()
        return
      }
      const taken = { inboxTaken: [message.id] }
      const asked = readMessage(message, { at: clock.now(), waits: openWaits(), isEnding: isEnding() })
      if (!(asked instanceof Promise)) {
        onAsked(asked, taken)
        continue
      }
      this.#judged = message
      asked
        .then((judged) => {
          this.#judged = undefined
          if (isBusy()) this.#arrived.unshift(message)
          else onAsked(judged, taken)
          this.readOn()
        })
        .catch(onBroken)
      return
    }
  }

  #tellRead(): void {
    const act = this.#onRead
    this.#onRead = undefined
    act?.()
  }

  /** It is durable that these were taken. */
  settle(ids: readonly string[] = []): void {
    for (const id of ids) this.#taking.delete(id)
  }
}
