// @msgpack/msgpack's declarations name this DOM type; we compile without the DOM library.
declare type BufferSource = ArrayBufferView | ArrayBuffer;
