// Loaded first by `npm start` and `npm test`, on whatever Node is at hand: everything else needs the one that npm installs.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `Plumbline runs on the Node 24 that npm installs with it, and this is Node ${process.versions.node}: run npm ci first, then npm start (or npm test).\n`,
  );
  process.exit(1);
}
