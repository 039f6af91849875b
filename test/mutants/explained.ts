import type { Explanation } from './explanation.ts';

const SPEED = 'How long somebody spins, naps or stays away is a matter of speed.';

const ONE_WRITER =
  'Who holds the target lock is the only one that writes the table: nobody comes between.';

const LOCKS: readonly Explanation[] = [
  {
    file: ['lock/mcs-lock', 'lock/queued-lock'],
    operator: 'plain',
    from: [
      'Atomics.store(this.#words, node + LockNode.next, 0)',
      'Atomics.store(this.#words, node + LockNode.locked, 1)',
      'Atomics.store(words, node + LockNode.locked, 0)',
      'Atomics.store(words, node + LockNode.next, 0)',
    ],
    because:
      'Nobody reads a node before its owner is in the queue, and the exchange of the tail, which ' +
      'puts it there, publishes what was written before.',
  },
  {
    file: ['lock/mcs-lock', 'lock/queued-lock'],
    operator: 'order',
    from: /^Atomics\.store\(.*LockNode\.\w+, [01]\); Atomics\.store\(.*LockNode\.\w+, [01]\);$/,
    because: 'Both are written before the exchange of the tail lets anybody find the node.',
  },
  {
    file: 'lock/mcs-lock',
    place: 'McsLock.release',
    operator: 'arithmetic',
    from: 'node + LockNode.next',
    nth: 1,
    because:
      'It reads a word that is always 0, and takes the way of one that has seen nobody behind it: ' +
      'the tail says that there is somebody, and it looks again.',
  },
  {
    file: 'lock/mcs-lock',
    place: 'McsLock.release',
    operator: 'condition',
    from: 'next === 0',
    to: 'true',
    because:
      'With somebody behind it the tail is not its own: the compare-and-exchange fails, and the ' +
      'loop ends at the first look.',
  },
  {
    file: 'lock/mutex',
    place: 'Mutex.acquire',
    operator: 'constant',
    from: '1',
    to: '2',
    nth: 3,
    because: 'Taken as 2 it is as much taken; its release wakes one who does not sleep.',
  },
  {
    file: 'lock/queued-lock',
    place: 'QueuedLock.acquire',
    operator: 'condition',
    from: 'seen === LOCKED',
    to: 'true',
    because:
      'The bit is set where it may not be, which happens without this as well: who did it sees ' +
      'that, takes it back if it was his, and queues.',
  },
  {
    file: 'lock/queued-lock',
    place: 'QueuedLock.queue',
    operator: 'arithmetic',
    from: 'node + LockNode.next',
    nth: 2,
    because: 'It reads a word that is always 0 the first time, and looks again in the loop.',
  },
  {
    file: 'lock/queued-lock',
    place: 'QueuedLock.queue',
    operator: 'plain',
    from: 'Atomics.load(words, node + LockNode.next)',
    nth: 2,
    because: 'relax() has looked before, atomically, and seen that the word has changed for good.',
  },
  {
    file: 'lock/ticket-lock',
    place: 'TicketLock.release',
    operator: 'split',
    because: 'Only the owner writes it: nobody can come between the load and the store.',
  },
  {
    file: 'lock/test-and-test-and-set-lock',
    place: ['BACK_OFF_FIRST', 'BACK_OFF_MOST'],
    because: SPEED,
  },
  {
    file: 'lock/test-and-test-and-set-lock',
    place: 'TestAndTestAndSetLock.acquire',
    from: [
      'delay(backOff);',
      'backOff = Math.min(2 * backOff, BACK_OFF_MOST);',
      'Math.min(2 * backOff, BACK_OFF_MOST)',
      '2 * backOff',
      '2',
    ],
    because: SPEED,
  },
  { file: 'lock/relax', place: ['IN_LINE', 'NAP_MS'], because: SPEED },
  {
    file: 'lock/relax',
    place: 'delay',
    to: ['false', '1', 'turn <= turns', 'turn >= turns', ''],
    because: 'It passes time, and nothing else.',
  },
  {
    file: 'lock/relax',
    place: 'lookUpTo',
    from: 'pause();',
    because: 'A hint to the processor.',
  },
  {
    file: 'lock/rendezvous',
    place: 'Rendezvous.meet',
    operator: 'plain',
    from: 'Atomics.load(words, 1)',
    nth: 1,
    because: 'The next to write it is the last to come, who waits for this very thread.',
  },
  {
    file: 'lock/rendezvous',
    place: 'Rendezvous.meet',
    operator: 'plain',
    from: 'Atomics.store(words, 0, 0)',
    because: 'Whoever adds to it next has seen the addition to `meetings`, which publishes it.',
  },
  {
    file: 'lock/rendezvous',
    place: 'Rendezvous.meet',
    operator: 'split',
    from: 'Atomics.add(words, 1, 1)',
    because: 'Only the last to come writes it, and there is one.',
  },
  {
    file: 'lock/rendezvous',
    place: 'Rendezvous.meet',
    operator: 'removal',
    from: 'return;',
    because: 'The meeting it would wait for has been held: by itself.',
  },
];

const ALLOCATORS: readonly Explanation[] = [
  {
    file: [
      'device/bitmap-allocator',
      'device/linear-allocator',
      'device/guarded-cached-allocator',
      'device/per-worker-allocator',
    ],
    place: [
      'BitmapAllocator.allocate',
      'GuardedLinearAllocator.allocate',
      'GuardedCachedAllocator.refill',
      'PerWorkerAllocator.constructor',
    ],
    operator: 'constant',
    from: '31',
    to: '32',
    nth: 1,
    because:
      'One word more is looked at, at most, and no bit of it lies below the end of the area.',
  },
  {
    file: 'device/guarded-cached-allocator',
    place: 'GuardedCachedAllocator.refill',
    operator: 'removal',
    from: 'words[state + Allocator.count] = count;',
    because: 'Who called it, under the same lock, writes what is left when one is taken.',
  },
  {
    file: 'device/per-worker-allocator',
    place: 'PerWorkerAllocator.nextStripFor',
    operator: 'split',
    because:
      'Two threads may have one strip: they are in the way of each other, and the OR decides.',
  },
  {
    file: 'device/per-worker-allocator',
    place: 'PerWorkerAllocator.nextStripFor',
    operator: 'constant',
    from: 'false',
    nth: 2,
    because: 'It comes back at once, and is told that all strips are dealt out.',
  },
  {
    file: 'device/reservation-bitmap',
    place: 'ReservationBitmap.takeLowest',
    operator: 'arithmetic',
    from: 'before | bit',
    because: 'What others have taken is tried, and the OR says that it is taken.',
  },
  {
    file: 'device/reservation-bitmap',
    place: 'maskBelow',
    operator: 'boundary',
    from: 'count <= 0',
    because: 'Of none, 2^0 − 1 is what it would say otherwise: 0 as well.',
  },
  {
    file: ['device/bitmap-allocator', 'device/linear-allocator'],
    from: 'examined < wordCount',
    to: 'examined <= wordCount',
    because: 'The first word is looked at once more, after all others.',
  },
  {
    file: 'device/bitmap-allocator',
    place: 'BitmapAllocator.allocate',
    operator: 'condition',
    from: 'wordIndex !== start',
    to: 'true',
    because: 'The cursor is a hint, and is written as it was.',
  },
  {
    file: 'device/linear-allocator',
    place: 'PublishedLinearAllocator.allocate',
    operator: 'condition',
    from: 'spare !== NO_SPARE',
    to: 'true',
    because: 'Nothing is free from anywhere: it makes no difference where the next search begins.',
  },
  {
    file: ['device/bitmap-allocator', 'device/per-worker-allocator'],
    from: ['Atomics.add(this.#words, this.#frees, 1)', '1'],
    place: ['BitmapAllocator.release', 'PerWorkerAllocator.release'],
    operator: ['split', 'access', 'constant'],
    because:
      'It is asked only whether `frees` has changed during a search, and it has, by one, by two, ' +
      'down instead of up, or once for two releases at the same time.',
  },
];

const MEDIUM: readonly Explanation[] = [
  {
    file: 'device/bad-sectors',
    place: 'SOUND',
    because: 'Any number that is no sector.',
  },
  {
    file: 'device/bad-sectors',
    place: ['SLOT_SHIFT', 'FAILED_WRITES_SHIFT'],
    because:
      'There is room: slots take six bits of their eight, failed writes sixteen of eighteen.',
  },
  {
    file: 'device/bad-sectors',
    place: 'badWordOf',
    operator: 'constant',
    from: '0',
    to: '1',
    nth: 2,
    because: 'What fails reads and no writes has that bit from the other half already.',
  },
  {
    file: 'device/bad-sectors',
    place: 'BadSectors.rewritten',
    from: [
      '(state & (UNTIL_REWRITTEN | LOST)) === 0',
      'state & (UNTIL_REWRITTEN | LOST)',
      'break;',
    ],
    to: ['false', 'state | (UNTIL_REWRITTEN | LOST)', ''],
    because: 'The way out where there is nothing to do: without it the word is written as it is.',
  },
  {
    file: 'device/bad-sectors',
    place: 'BadSectors.rewritten',
    operator: 'constant',
    from: '0',
    to: '1',
    nth: 2,
    because: 'The same: none of the two bits is bit 0, so the way out is never taken.',
  },
  {
    file: 'device/faulty-medium',
    place: 'FaultyMedium.read',
    from: 'this.#hidesStale',
    to: 'true',
    because:
      'Where no write hides anything, every sector is looked at and none has anything hidden.',
  },
  {
    file: 'device/faulty-medium',
    place: 'FaultyMedium.takeSlot',
    operator: 'boundary',
    because: 'The first slot is tried once more, after all others.',
  },
  {
    file: 'device/health-words',
    place: 'PLACE_SHIFT',
    because: 'One bit stays unused.',
  },
];

const TABLES: readonly Explanation[] = [
  {
    file: 'device/linear-remap-table',
    place: 'LinearRemapTable.resolve',
    operator: 'condition',
    to: 'offset < sectorCount',
    because: 'A typed array keeps nothing that is written below its begin.',
  },
  {
    file: 'device/linear-remap-table',
    place: 'LinearRemapTable.insert',
    operator: ['condition', 'boundary'],
    from: 'freed > 0',
    to: ['true', 'freed >= 0'],
    nth: 2,
    because: 'A slot that was never used leads to no other one: its `next` was born 0.',
  },
  {
    file: 'device/linear-remap-table',
    place: 'LinearRemapTable.find',
    operator: 'constant',
    from: '1',
    because: 'Any number below 0, where no slot is.',
  },
];

const HASH_TABLE: readonly Explanation[] = [
  {
    file: 'device/hash-remap-table',
    place: 'GOLDEN',
    because: 'Which chain a sector is in is a matter of speed.',
  },
  {
    file: 'device/hash-remap-table',
    place: 'HashRemapTable.mayHold',
    from: ['bits === 0', 'continue;'],
    to: ['false', ''],
    because: 'A shortcut: where no bit is set, none is left by the shifts.',
  },
  {
    file: 'device/hash-remap-table',
    place: ['HashRemapTable.insert', 'HashRemapTable.remove'],
    operator: 'order',
    from: [
      'Atomics.store(words, at + TableSlot.spare, spare); Atomics.store(words, at + TableSlot.lba, lba + 1);',
      'Atomics.store(words, at + TableSlot.lba, lba + 1); Atomics.store(words, at + TableSlot.next, Atomics.load(words, head));',
      'Atomics.store(words, link, Atomics.load(words, at + TableSlot.next)); Atomics.store(words, at + TableSlot.lba, 0);',
    ],
    because:
      'Whoever stands on the slot meanwhile looks for another LBA: what it held, what it will hold, ' +
      'and 0 are alike to him, and he goes on by either `next`. All others come by the head.',
  },
  {
    file: 'device/hash-remap-table',
    place: 'HashRemapTable.giveSlot',
    operator: 'order',
    because:
      'The free list is read under the target lock only, and a spare where the LBA is right.',
  },
  {
    file: 'device/hash-remap-table',
    place: ['HashRemapTable.insert', 'HashRemapTable.remove'],
    operator: 'plain',
    from: [
      'Atomics.load(words, head)',
      'Atomics.load(words, link)',
      'Atomics.load(words, at + TableSlot.lba)',
      'Atomics.load(words, at + TableSlot.next)',
    ],
    because: ONE_WRITER,
  },
  {
    file: 'device/hash-remap-table',
    place: ['HashRemapTable.lbaOf', 'HashRemapTable.takeSlot'],
    operator: 'plain',
    because: ONE_WRITER,
  },
  {
    file: 'device/hash-remap-table',
    place: ['HashRemapTable.insert', 'HashRemapTable.remove'],
    operator: 'split',
    because: ONE_WRITER,
  },
];

const DEVICE: readonly Explanation[] = [
  {
    file: 'device/device',
    place: 'Device.failed',
    operator: 'constant',
    because: 'There is room for one word more, which nobody uses.',
  },
];

const SERVICE: readonly Explanation[] = [
  {
    file: 'device/channels',
    place: 'Request',
    from: '4',
    because: 'A float more, of which nobody knows.',
  },
  {
    file: 'device/channels',
    place: 'Channels.freeFirst',
    operator: 'boundary',
    from: 'this.#floats[channel] < this.#floats[best]',
    because: 'Of two channels that are free at the same moment either will do.',
  },
  {
    file: 'device/stall-calendar',
    place: 'StallCalendar.nextStallAfter',
    operator: 'boundary',
    from: 'beginNs > at',
    because: 'A stall that begins at the moment covers it, and its end was gone to before.',
  },
  {
    file: 'device/stall-calendar',
    place: 'StallCalendar.nextStallAfter',
    operator: 'boundary',
    from: 'nextNs < next',
    because: 'The same moment is put in place of itself.',
  },
  {
    file: 'device/stall-calendar',
    place: 'lastBeginOf',
    operator: 'boundary',
    from: 'at < atNs',
    because: 'At the first begin no period has passed: the way below comes to it as well.',
  },
];

const BOOKS: readonly Explanation[] = [
  {
    file: 'device/remap-queue',
    place: ['RemapQueue.put', 'RemapQueue.take'],
    operator: 'plain',
    from: [
      'Atomics.store(words, cell + QueueCell.lba, lba)',
      'Atomics.load(words, cell + QueueCell.lba)',
    ],
    because: 'Whoever looks at the cell has seen its turn change, which is stored after it.',
  },
  {
    file: 'device/remap-queue',
    place: 'RemapQueue.wake',
    operator: ['access', 'constant'],
    from: ['Atomics.add(this.#words, this.#base + Queue.signal, 1)', '1'],
    because: 'It is asked only whether the signal has changed.',
  },
  {
    file: 'device/remap-queue',
    place: 'RemapQueue.noteDepth',
    operator: 'boundary',
    because: 'The depth is written as it is.',
  },
  {
    file: 'device/remap-queue',
    place: 'RemapQueue.noteDepth',
    operator: 'removal',
    nth: 2,
    because: 'It looks once more, and finds its own depth noted.',
  },
  {
    file: 'device/health-table',
    place: 'GOLDEN',
    because: 'Where a search begins, as long as it is within the table, is a matter of speed.',
  },
  {
    file: 'device/health-table',
    place: 'HealthTable.recordAccess',
    operator: 'boundary',
    from: '2 * tracked > this.#mask',
    because: 'The mask is odd: twice a number is never equal to it.',
  },
  {
    file: ['device/published-slot-table', 'device/health-table'],
    place: ['PublishedSlotTable.track', 'HealthTable.recordAccess'],
    operator: 'removal',
    from: [
      'this.#put(slot, TargetSlot.health, Health.unknown);',
      'words[at + HealthSlot.health] = Health.unknown;',
    ],
    because:
      'The error that it is made for is the first, and booked at once: suspect or bad, whatever ' +
      'was there before.',
  },
  {
    file: 'device/published-slot-table',
    place: 'PublishedSlotTable.resolve',
    operator: ['condition', 'removal'],
    from: ['sectorCount === 1', 'return;'],
    to: ['false', ''],
    because: 'One sector by itself is a range as well: it only takes longer.',
  },
  {
    file: 'device/published-slot-table',
    place: 'PublishedSlotTable.resolve',
    operator: 'condition',
    from: 'offset >= 0 && offset < sectorCount',
    to: 'offset < sectorCount',
    because: 'An array of numbers has nothing below its first one: what is written there is gone.',
  },
  {
    file: 'device/target-control',
    place: 'Refusal',
    from: '8',
    because: 'Any number below 0 that no other refusal has.',
  },
  {
    file: 'device/outcome',
    place: 'Outcome',
    from: '8',
    because: 'Any number that no other outcome has.',
  },
  {
    file: 'device/failure-books',
    place: 'Advice',
    from: '2',
    because: 'Any number that no other advice has.',
  },
];

const METADATA: readonly Explanation[] = [
  {
    file: 'device/metadata-area',
    place: 'reservedSectorsOf',
    operator: 'boundary',
    from: ['copy < area.positions.length', 'block < area.blockCount'],
    because:
      'A copy more has no position, and its extent would begin at the end of the area; a block ' +
      "more is the first of the next copy's extent, which is reserved, or lies at the end of the " +
      'area. What is put into the array there is lost.',
  },
  {
    file: 'device/redundant-metadata',
    place: 'RedundantMetadata.constructor',
    operator: 'arithmetic',
    from: 'Math.min(ENTRIES_PER_BLOCK, shape.allocatableEnd)',
    because:
      'More words are copied. Those of the block that are not in use are 0 in both, and the ' +
      'scratch has no room for those beyond it.',
  },
  {
    file: 'device/redundant-metadata',
    place: 'RedundantMetadata.update',
    operator: 'boundary',
    from: 'word < this.#wordsInUse',
    because: 'One word more is copied: it is 0 in both, or the check word, which is not covered.',
  },
  {
    file: 'device/write-log',
    place: 'LogKind',
    operator: 'constant',
    from: '15',
    because: 'Any number above 0 that no other kind has.',
  },
  {
    file: 'device/write-log',
    place: 'WriteLog.draw',
    operator: 'constant',
    from: '1',
    nth: 2,
    because: 'Any number below 0 says that there is no room.',
  },
  {
    file: 'device/published-metadata',
    place: ['PublishedMetadata.write', 'PublishedMetadata.writeHeader'],
    operator: 'return',
    from: 'outcome',
    nth: 1,
    because:
      'It is returned where it is not `done`, which is 0, and save() asks nothing else: no other ' +
      'outcome plus one is 0.',
  },
  {
    file: 'device/published-metadata',
    place: 'PublishedMetadata.checksumAt',
    operator: 'constant',
    from: '0',
    nth: 1,
    because: 'The first word is the magic, which the check word leaves out.',
  },
  {
    file: 'device/published-metadata',
    place: 'PublishedMetadata.checksumAt',
    operator: 'boundary',
    from: ['word < fieldCount', 'word < count * PublishedEntry.wordCount'],
    because:
      'The word beyond the fields is written again by the first entry. The one beyond the entries ' +
      'is not looked at, nor is the one beyond the fields where there is none; and there is no ' +
      'such word where there are as many entries as can be.',
  },
];

/** Survivors, and why each is right to; see docs/explanation/what-the-tests-notice.md. */
export const EXPLANATIONS: readonly Explanation[] = [
  ...LOCKS,
  ...ALLOCATORS,
  ...MEDIUM,
  ...TABLES,
  ...HASH_TABLE,
  ...DEVICE,
  ...SERVICE,
  ...BOOKS,
  ...METADATA,
];
