/** The contract of stores, as one suite for every implementation. */
import { suite, type Test } from 'uvu'
import type { HostStore, Store } from '../../src/store/store.ts'
import { addStoreAnswerDurabilityTests, addStoreAnswerTests } from './store-answers.ts'
import { addStoreApprovalTests } from './store-approvals.ts'
import { addStoreContentTests } from './store-content.ts'
import { addStoreEventTests } from './store-events.ts'
import { addStoreFlowTests } from './store-flow.ts'
import { addStoreDurabilityTests, addStoreJournalTests } from './store-journal.ts'
import { addStoreLeaseTests } from './store-lease.ts'
import { addStoreMaintenanceTests } from './store-maintenance.ts'
import { addStorePhaseTests } from './store-phases.ts'
import { addStoreQueryTests } from './store-queries.ts'
import { addStoreInboxTests, addStoreRunTests } from './store-runs.ts'
import { addStoreScheduleTests } from './store-schedules.ts'
import { addStoreServerTests } from './store-servers.ts'
import { addStoreSnapshotTests } from './store-snapshots.ts'
import { addStoreSubmissionDurabilityTests, addStoreSubmissionTests } from './store-submission.ts'
import { addStoreTokenTests } from './store-tokens.ts'
import { addStoreUsageTests } from './store-usage.ts'
import { addStoreWorkflowTests } from './store-workflows.ts'

/** A store to test, empty and open, with the means to move its clock. */
export interface StoreSubject<S extends HostStore = Store> {
  store: S
  /** Makes all leases run out now, as if their holders had been silent for long. */
  expireLeases(): Promise<void>
  /** Closes the store, and opens another on the same content. */
  reopen(): Promise<S>
  /** Closes the store and removes what it left. */
  dispose(): Promise<void>
}

export type OpenSubject<S extends HostStore = Store> = () => Promise<StoreSubject<S>>

/** Adds a test that gets a fresh store. */
export type AddStoreTest<S extends HostStore = Store> = (
  title: string,
  body: (subject: StoreSubject<S>) => Promise<void>,
) => void

/** @param options.forgets Why the store does not outlive its process; undefined when it does. */
export const storeContract = (name: string, open: OpenSubject, options: { forgets?: string } = {}): void => {
  const test = suite(`store contract: ${name}`)
  const add = createAdder(test, open)
  if (options.forgets === undefined) {
    addStoreDurabilityTests(add)
    addStoreAnswerDurabilityTests(add)
    addStoreSubmissionDurabilityTests(add)
  } else test.skip(`durability: ${options.forgets}`)
  addHostStoreTests(add)
  addStorePhaseTests(add)
  addStoreSubmissionTests(add)
  addStoreFlowTests(add)
  addStoreApprovalTests(add)
  addStoreEventTests(add)
  addStoreScheduleTests(add)
  addStoreWorkflowTests(add)
  addStoreTokenTests(add)
  addStoreServerTests(add)
  addStoreSnapshotTests(add)
  addStoreMaintenanceTests(add)
  addStoreQueryTests(add)
  addStoreUsageTests(add)
  test.run()
}

/** The part of the contract that a host needs. */
export const hostStoreContract = (name: string, open: OpenSubject<HostStore>): void => {
  const test = suite(`host store contract: ${name}`)
  addHostStoreTests(createAdder(test, open))
  test.run()
}

const addHostStoreTests = (add: AddStoreTest<HostStore>): void => {
  addStoreJournalTests(add)
  addStoreLeaseTests(add)
  addStoreRunTests(add)
  addStoreInboxTests(add)
  addStoreContentTests(add)
  addStoreAnswerTests(add)
}

const createAdder =
  <S extends HostStore>(test: Test, open: OpenSubject<S>): AddStoreTest<S> =>
  (title, body) => {
    test(title, async () => {
      const subject = await open()
      try {
        await body(subject)
      } finally {
        await subject.dispose()
      }
    })
  }
