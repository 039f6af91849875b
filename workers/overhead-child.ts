import { connect } from 'node:net';

/**
 * The process of one command: sends it to the socket, prints the answer, ends. It loads nothing but
 * Node itself, so that it starts as fast as Node does.
 */
const [, , socketPath = '', text = ''] = process.argv;
const socket = connect(socketPath);
socket.on('error', ({ message }) => {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
});
socket.end(text);
socket.pipe(process.stdout);
