import * as assert from 'uvu/assert'
import { isDefect } from '../../src/core/defect.ts'
import type { Store } from '../../src/store/store.ts'
import { catchRejection, createDefinition, T0 } from '../support/store-values.ts'
import type { AddStoreTest } from './store.ts'

const register = async (
  store: Store,
  {
    workflow = 'greet',
    definition,
    at = T0,
    folder,
  }: { workflow?: string; definition: string; at?: number; folder?: string },
): Promise<'new' | 'unchanged'> => {
  await store.saveDefinition(createDefinition({ hash: definition, workflow }))
  return store.registerWorkflow({ workflow, definition, at, ...(folder === undefined ? {} : { folder }) })
}

export const addStoreWorkflowTests = (test: AddStoreTest): void => {
  test('a name finds its newest definition; registering the same again adds no version', async ({ store }) => {
    assert.is(await store.findWorkflow('greet'), undefined)
    assert.is(await register(store, { definition: 'one' }), 'new')
    assert.is(await register(store, { definition: 'one', at: T0 + 1 }), 'unchanged')
    assert.is(await register(store, { definition: 'two', at: T0 + 2 }), 'new')
    const newest = { workflow: 'greet', definition: 'two', version: 2, registeredAt: T0 + 2, folder: null }
    assert.equal(await store.findWorkflow('greet'), newest)
    const first = { workflow: 'greet', definition: 'one', version: 1, registeredAt: T0, folder: null }
    assert.equal(await store.listVersions('greet'), [newest, first])
  })

  test('an older definition that is registered again becomes the newest', async ({ store }) => {
    for (const definition of ['one', 'two', 'one']) assert.is(await register(store, { definition }), 'new')
    const versions = await store.listVersions('greet')
    assert.equal(
      versions.map(({ version, definition }) => [version, definition]),
      [
        [3, 'one'],
        [2, 'two'],
        [1, 'one'],
      ],
    )
  })

  test('the folder is that of the last registration, not of the first save of the definition', async ({ store }) => {
    await register(store, { definition: 'one', folder: '/a' })
    await register(store, { definition: 'two', folder: '/a' })
    await register(store, { definition: 'two', folder: '/b' })
    await register(store, { definition: 'two' })
    assert.equal(
      (await store.listVersions('greet')).map(({ version, folder }) => [version, folder]),
      [
        [2, '/b'],
        [1, '/a'],
      ],
    )
  })

  test('workflows are listed by name, each in its newest version', async ({ store }) => {
    await register(store, { workflow: 'sort', definition: 'sort' })
    for (const definition of ['one', 'two']) await register(store, { definition })
    const listed = await store.listWorkflows()
    assert.equal(
      listed.map(({ workflow, version }) => [workflow, version]),
      [
        ['greet', 2],
        ['sort', 1],
      ],
    )
    assert.equal(await store.listVersions('none'), [])
  })

  test('J4 a registered definition is a saved one', async ({ store }) => {
    const error = await catchRejection(store.registerWorkflow({ workflow: 'greet', definition: 'unsaved', at: T0 }))
    assert.ok(isDefect(error) && error.message.startsWith('J4: '), String(error))
    assert.equal(await store.listWorkflows(), [])
  })
}
