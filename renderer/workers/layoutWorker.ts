// ELK's own worker program: it answers the messages of `elkjs/lib/elk-api`, which renderer/editor/layout speaks.
import "elkjs/lib/elk-worker.min.js";
