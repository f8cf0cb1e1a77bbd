const Sequencer = require('@jest/test-sequencer').default;

/** The suites about faults find their servers empty only while no other suite has written to them. */
module.exports = class extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const faults = ({ path }) => path.includes('/faults/');
    return [...sorted.filter(faults), ...sorted.filter((test) => !faults(test))];
  }
};
