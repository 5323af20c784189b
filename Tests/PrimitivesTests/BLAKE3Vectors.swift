// Made by Tests/Vectors/blake3-vectors.py with the PyPI package `blake3`; do not edit.

extension BLAKE3Vector {
  static let all: [BLAKE3Vector] = [
    BLAKE3Vector(
      0,
      Output(
        "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
        last: "5363165421cce14d"),
      Output(
        "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26",
        last: "4254c371e851bc8f"),
      Output(
        "2cc39783c223154fea8dfb7c1b1660f2ac2dcbd1c1de8277b0b0dd39b7e50d7d",
        last: "1a035ba6689d89a0"),
    ),
    BLAKE3Vector(
      1,
      Output(
        "2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213",
        last: "51f3f1da786545e5"),
      Output(
        "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b",
        last: "8e1d08d0dd4cea11"),
      Output(
        "b3e2e340a117a499c6cf2398a19ee0d29cca2bb7404c73063382693bf66cb06c",
        last: "ae973a64f0c76551"),
    ),
    BLAKE3Vector(
      2,
      Output(
        "7b7015bb92cf0b318037702a6cdd81dee41224f734684c2c122cd6359cb1ee63",
        last: "d12097ff3ab00ab1"),
      Output(
        "5392ddae0e0a69d5f40160462cbd9bd889375082ff224ac9c758802b7a6fd20a",
        last: "7c54fab6a939bf8f"),
      Output(
        "1f166565a7df0098ee65922d7fea425fb18b9943f19d6161e2d17939356168e6",
        last: "c0086de6d6f6cdd2"),
    ),
    BLAKE3Vector(
      3,
      Output(
        "e1be4d7a8ab5560aa4199eea339849ba8e293d55ca0a81006726d184519e647f",
        last: "6a08471e4230a134"),
      Output(
        "39e67b76b5a007d4921969779fe666da67b5213b096084ab674742f0d5ec62b9",
        last: "57def95df772c39f"),
      Output(
        "440aba35cb006b61fc17c0529255de438efc06a8c9ebf3f2ddac3b5a86705797",
        last: "bae41bbe22a5bff7"),
    ),
    BLAKE3Vector(
      4,
      Output(
        "f30f5ab28fe047904037f77b6da4fea1e27241c5d132638d8bedce9d40494f32",
        last: "4acf4646272cfd12"),
      Output(
        "7671dde590c95d5ac9616651ff5aa0a27bee5913a348e053b8aa9108917fe070",
        last: "7482349e249cb86a"),
      Output(
        "f46085c8190d69022369ce1a18880e9b369c135eb93f3c63550d3e7630e91060",
        last: "4d6e99ed17950910"),
    ),
    BLAKE3Vector(
      5,
      Output(
        "b40b44dfd97e7a84a996a91af8b85188c66c126940ba7aad2e7ae6b385402aa2",
        last: "0988e2aed2f03620"),
      Output(
        "73ac69eecf286894d8102018a6fc729f4b1f4247d3703f69bdc6a5fe3e0c8461",
        last: "e7d73574bfdd8218"),
      Output(
        "1f24eda69dbcb752847ec3ebb5dd42836d86e58500c7c98d906ecd82ed9ae47f",
        last: "1f8f54dd6bff719d"),
    ),
    BLAKE3Vector(
      6,
      Output(
        "06c4e8ffb6872fad96f9aaca5eee1553eb62aed0ad7198cef42e87f6a616c844",
        last: "3609916f3e07529a"),
      Output(
        "82d3199d0013035682cc7f2a399d4c212544376a839aa863a0f4c91220ca7a6d",
        last: "02c5025460941256"),
      Output(
        "be96b30b37919fe4379dfbe752ae77b4f7e2ab92f7ff27435f76f2f065f6a5f4",
        last: "662f3e1479c65de0"),
    ),
    BLAKE3Vector(
      7,
      Output(
        "3f8770f387faad08faa9d8414e9f449ac68e6ff0417f673f602a646a891419fe",
        last: "d1a20b0e2cc8975c"),
      Output(
        "af0a7ec382aedc0cfd626e49e7628bc7a353a4cb108855541a5651bf64fbb28a",
        last: "266a562c6c8034a6"),
      Output(
        "dc3b6485f9d94935329442916b0d059685ba815a1fa2a14107217453a7fc9f0e",
        last: "cbea8cbfb6b181f5"),
    ),
    BLAKE3Vector(
      8,
      Output(
        "2351207d04fc16ade43ccab08600939c7c1fa70a5c0aaca76063d04c3228eaeb",
        last: "4d79f2dd7883cf5c"),
      Output(
        "be2f5495c61cba1bb348a34948c004045e3bd4dae8f0fe82bf44d0da245a0600",
        last: "6bfdf04e76c13276"),
      Output(
        "2b166978cef14d9d438046c720519d8b1cad707e199746f1562d0c87fbd32940",
        last: "8d23e7148720ef04"),
    ),
    BLAKE3Vector(
      63,
      Output(
        "e9bc37a594daad83be9470df7f7b3798297c3d834ce80ba85d6e207627b7db7b",
        last: "ace9f98779040755"),
      Output(
        "bb1eb5d4afa793c1ebdd9fb08def6c36d10096986ae0cfe148cd101170ce37ae",
        last: "de55d6471371d55d"),
      Output(
        "b6451e30b953c206e34644c6803724e9d2725e0893039cfc49584f991f451af3",
        last: "dc474f6dc1c67669"),
    ),
    BLAKE3Vector(
      64,
      Output(
        "4eed7141ea4a5cd4b788606bd23f46e212af9cacebacdc7d1f4c6dc7f2511b98",
        last: "8833582b43f82d74"),
      Output(
        "ba8ced36f327700d213f120b1a207a3b8c04330528586f414d09f2f7d9ccb7e6",
        last: "d39d72d0bfc69acb"),
      Output(
        "a5c4a7053fa86b64746d4bb688d06ad1f02a18fce9afd3e818fefaa7126bf73e",
        last: "e8ff66718be048bb"),
    ),
    BLAKE3Vector(
      65,
      Output(
        "de1e5fa0be70df6d2be8fffd0e99ceaa8eb6e8c93a63f2d8d1c30ecb6b263dee",
        last: "af7a981653221f2c"),
      Output(
        "c0a4edefa2d2accb9277c371ac12fcdbb52988a86edc54f0716e1591b4326e72",
        last: "f9bea92731bc26ad"),
      Output(
        "51fd05c3c1cfbc8ed67d139ad76f5cf8236cd2acd26627a30c104dfd9d3ff8a8",
        last: "10dccae3e3dce88d"),
    ),
    BLAKE3Vector(
      127,
      Output(
        "d81293fda863f008c09e92fc382a81f5a0b4a1251cba1634016a0f86a6bd640d",
        last: "ae2f8bb672bcef78"),
      Output(
        "c64200ae7dfaf35577ac5a9521c47863fb71514a3bcad18819218b818de85818",
        last: "11931c9a255ce6dc"),
      Output(
        "c91c090ceee3a3ac81902da31838012625bbcd73fcb92e7d7e56f78deba4f0c3",
        last: "084a36207c99bea3"),
    ),
    BLAKE3Vector(
      128,
      Output(
        "f17e570564b26578c33bb7f44643f539624b05df1a76c81f30acd548c44b45ef",
        last: "add1cb4a95019b0c"),
      Output(
        "b04fe15577457267ff3b6f3c947d93be581e7e3a4b018679125eaf86f6a628ec",
        last: "fef2f1d15f650bd5"),
      Output(
        "81720f34452f58a0120a58b6b4608384b5c51d11f39ce97161a0c0e442ca0225",
        last: "18b4e7591e4b83c9"),
    ),
    BLAKE3Vector(
      129,
      Output(
        "683aaae9f3c5ba37eaaf072aed0f9e30bac0865137bae68b1fde4ca2aebdcb12",
        last: "d77594a8f2d181a7"),
      Output(
        "d4a64dae6cdccbac1e5287f54f17c5f985105457c1a2ec1878ebd4b57e20d38f",
        last: "1885573487bcd683"),
      Output(
        "938d2d4435be30eafdbb2b7031f7857c98b04881227391dc40db3c7b21f41fc1",
        last: "c780684ed6832d8d"),
    ),
    BLAKE3Vector(
      1023,
      Output(
        "10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11",
        last: "9c8d822f2f28f485"),
      Output(
        "c951ecdf03288d0fcc96ee3413563d8a6d3589547f2c2fb36d9786470f1b9d6e",
        last: "0da28575fd755a10"),
      Output(
        "74a16c1c3d44368a86e1ca6df64be6a2f64cce8f09220787450722d85725dea5",
        last: "c44ee64b884ef00d"),
    ),
    BLAKE3Vector(
      1024,
      Output(
        "42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7",
        last: "441427ed9afa684e"),
      Output(
        "75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4",
        last: "8f57b8227778e2de"),
      Output(
        "7356cd7720d5b66b6d0697eb3177d9f8d73a4a5c5e968896eb6a689684302706",
        last: "27251808d8ce5bad"),
    ),
    BLAKE3Vector(
      1025,
      Output(
        "d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444",
        last: "ae68ff12800ab67a"),
      Output(
        "357dc55de0c7e382c900fd6e320acc04146be01db6a8ce7210b7189bd664ea69",
        last: "42540a7738d5b930"),
      Output(
        "effaa245f065fbf82ac186839a249707c3bddf6d3fdda22d1b95a3c970379bcb",
        last: "46defa2751e7f3ad"),
    ),
    BLAKE3Vector(
      2048,
      Output(
        "e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a",
        last: "ac75655461cea8f9"),
      Output(
        "879cf1fa2ea0e79126cb1063617a05b6ad9d0b696d0d757cf053439f60a99dd1",
        last: "5201ed4edaac74fe"),
      Output(
        "7b2945cb4fef70885cc5d78a87bf6f6207dd901ff239201351ffac04e1088a23",
        last: "0107f985f4ddc583"),
    ),
    BLAKE3Vector(
      2049,
      Output(
        "5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030",
        last: "ec2aed3b51073ad3"),
      Output(
        "9f29700902f7c86e514ddc4df1e3049f258b2472b6dd5267f61bf13983b78dd5",
        last: "51284712f76b2b0e"),
      Output(
        "2ea477c5515cc3dd606512ee72bb3e0e758cfae7232826f35fb98ca1bcbdf273",
        last: "bc670f63ae70f4b6"),
    ),
    BLAKE3Vector(
      3072,
      Output(
        "b98cb0ff3623be03326b373de6b9095218513e64f1ee2edd2525c7ad1e5cffd2",
        last: "3fdb566661a37e11"),
      Output(
        "044a0e7b172a312dc02a4c9a818c036ffa2776368d7f528268d2e6b5df191770",
        last: "6fbecb3d6f34278b"),
      Output(
        "050df97f8c2ead654d9bb3ab8c9178edcd902a32f8495949feadcc1e0480c46b",
        last: "329ab5c24134ccb0"),
    ),
    BLAKE3Vector(
      3073,
      Output(
        "7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3",
        last: "4ed72ea952b603bf"),
      Output(
        "68dede9bef00ba89e43f31a6825f4cf433389fedae75c04ee9f0cf16a427c95a",
        last: "a50b702c80f3c3c5"),
      Output(
        "72613c9ec9ff7e40f8f5c173784c532ad852e827dba2bf85b2ab4b76f7079081",
        last: "8aa44b2a8e6b14a5"),
    ),
    BLAKE3Vector(
      4096,
      Output(
        "015094013f57a5277b59d8475c0501042c0b642e531b0a1c8f58d2163229e969",
        last: "074ce0036454f620"),
      Output(
        "befc660aea2f1718884cd8deb9902811d332f4fc4a38cf7c7300d597a081bfc0",
        last: "586a00403a1af1de"),
      Output(
        "1e0d7f3db8c414c97c6307cbda6cd27ac3b030949da8e23be1a1a924ad2f25b9",
        last: "f55246024761b245"),
    ),
    BLAKE3Vector(
      4097,
      Output(
        "9b4052b38f1c5fc8b1f9ff7ac7b27cd242487b3d890d15c96a1c25b8aa0fb995",
        last: "cffdc46501531956"),
      Output(
        "00df940cd36bb9fa7cbbc3556744e0dbc8191401afe70520ba292ee3ca80abbc",
        last: "e4ea42769f89b83f"),
      Output(
        "aca51029626b55fda7117b42a7c211f8c6e9ba4fe5b7a8ca922f34299500ead8",
        last: "4ae895e51e22f3ad"),
    ),
    BLAKE3Vector(
      5120,
      Output(
        "9cadc15fed8b5d854562b26a9536d9707cadeda9b143978f319ab34230535833",
        last: "b11b40487a5f5059"),
      Output(
        "2c493e48e9b9bf31e0553a22b23503c0a3388f035cece68eb438d22fa1943e20",
        last: "bf06020d1bf0120e"),
      Output(
        "7a7acac8a02adcf3038d74cdd1d34527de8a0fcc0ee3399d1262397ce5817f60",
        last: "0dca45cad47bfa0d"),
    ),
    BLAKE3Vector(
      5121,
      Output(
        "628bd2cb2004694adaab7bbd778a25df25c47b9d4155a55f8fbd79f2fe154cff",
        last: "f72257484f2b6c95"),
      Output(
        "6ccf1c34753e7a044db80798ecd0782a8f76f33563accaddbfbb2e0ea4b2d024",
        last: "11a85b88d375b72d"),
      Output(
        "b07f01e518e702f7ccb44a267e9e112d403a7b3f4883a47ffbed4b48339b3c34",
        last: "359fb6ae30263165"),
    ),
    BLAKE3Vector(
      6144,
      Output(
        "3e2e5b74e048f3add6d21faab3f83aa44d3b2278afb83b80b3c35164ebeca205",
        last: "3522045b20395c83"),
      Output(
        "3d6b6d21281d0ade5b2b016ae4034c5dec10ca7e475f90f76eac7138e9bc8f1d",
        last: "9532066d88f9da7e"),
      Output(
        "2a95beae63ddce523762355cf4b9c1d8f131465780a391286a5d01abb5683a15",
        last: "823eef1f64169fef"),
    ),
    BLAKE3Vector(
      6145,
      Output(
        "f1323a8631446cc50536a9f705ee5cb619424d46887f3c376c695b70e0f0507f",
        last: "dae2cfd54e070022"),
      Output(
        "9ac301e9e39e45e3250a7e3b3df701aa0fb6889fbd80eeecf28dbc6300fbc539",
        last: "c84abcc79cd4646c"),
      Output(
        "379bcc61d0051dd489f686c13de00d5b14c505245103dc040d9e4dd1facab8e5",
        last: "4bb707201569a8d2"),
    ),
    BLAKE3Vector(
      7168,
      Output(
        "61da957ec2499a95d6b8023e2b0e604ec7f6b50e80a9678b89d2628e99ada77a",
        last: "b8d73fb74e4fce95"),
      Output(
        "b42835e40e9d4a7f42ad8cc04f85a963a76e18198377ed84adddeaecacc6f3fc",
        last: "c9d1d8a90d035d52"),
      Output(
        "11c37a112765370c94a51415d0d651190c288566e295d505defdad895dae2237",
        last: "1945100e2a6dcb88"),
    ),
    BLAKE3Vector(
      7169,
      Output(
        "a003fc7a51754a9b3c7fae0367ab3d782dccf28855a03d435f8cfe74605e7817",
        last: "2d5f68f050b119c8"),
      Output(
        "ed9b1a922c046fdb3d423ae34e143b05ca1bf28b710432857bf738bcedbfa511",
        last: "4c118a6358250f54"),
      Output(
        "554b0a5efea9ef183f2f9b931b7497995d9eb26f5c5c6dad2b97d62fc5ac31d9",
        last: "ea59d6c65130f1dd"),
    ),
    BLAKE3Vector(
      8192,
      Output(
        "aae792484c8efe4f19e2ca7d371d8c467ffb10748d8a5a1ae579948f718a2a63",
        last: "da2839ba71309bbf"),
      Output(
        "dc9637c8845a770b4cbf76b8daec0eebf7dc2eac11498517f08d44c8fc00d58a",
        last: "f10c78292aa46102"),
      Output(
        "ad01d7ae4ad059b0d33baa3c01319dcf8088094d0359e5fd45d6aeaa8b2d0c3d",
        last: "16407757e9e6bef7"),
    ),
    BLAKE3Vector(
      8193,
      Output(
        "bab6c09cb8ce8cf459261398d2e7aef35700bf488116ceb94a36d0f5f1b7bc3b",
        last: "09d1dbd55f4e1ff6"),
      Output(
        "954a2a75420c8d6547e3ba5b98d963e6fa6491addc8c023189cc519821b4a1f5",
        last: "b68023f24eebba57"),
      Output(
        "af1e0346e389b17c23200270a64aa4e1ead98c61695d917de7d5b00491c9b0f1",
        last: "8aba07c5fb3c83c0"),
    ),
    BLAKE3Vector(
      16384,
      Output(
        "f875d6646de28985646f34ee13be9a576fd515f76b5b0a26bb324735041ddde4",
        last: "2e49722f42e93893"),
      Output(
        "9e9fc4eb7cf081ea7c47d1807790ed211bfec56aa25bb7037784c13c4b707b0d",
        last: "744656861b169d65"),
      Output(
        "160e18b5878cd0df1c3af85eb25a0db5344d43a6fbd7a8ef4ed98d0714c3f7e1",
        last: "8b58f6802c9e9b57"),
    ),
    BLAKE3Vector(
      31744,
      Output(
        "62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47",
        last: "a8ec470f4013226f"),
      Output(
        "efa53b389ab67c593dba624d898d0f7353ab99e4ac9d42302ee64cbf9939a419",
        last: "e4505cb0c08a42ec"),
      Output(
        "39772aef80e0ebe60596361e45b061e8f417429d529171b6764468c22928e28e",
        last: "7bae8ba85d300a2b"),
    ),
    BLAKE3Vector(
      102400,
      Output(
        "bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085",
        last: "dd42248204f45f8e"),
      Output(
        "1c35d1a5811083fd7119f5d5d1ba027b4d01c0c6c49fb6ff2cf75393ea5db4a7",
        last: "fdbe314574ee6fc4"),
      Output(
        "4652cff7a3f385a6103b5c260fc1593e13c778dbe608efb092fe7ee69df6e9c6",
        last: "24d2763778be8560"),
    ),
  ]
}
